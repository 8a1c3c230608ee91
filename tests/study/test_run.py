"""Running, resuming, refusing: what happens to a study and what the analyst is told."""

import json
import shutil
import types

import numpy as np
import pytest
import xarray as xr

from tests.study import convoy
from vallum.analysis.comparison import AnalysisError, compare
from vallum.study import run as run_module
from vallum.study import store as store_module
from vallum.study import work as work_module
from vallum.study.designs import Design
from vallum.study.errors import StudyError
from vallum.study.lanes import kernel
from vallum.study.run import run_study, study_folder
from vallum.study.store import Shard, StoreError, open_store, sole_writer
from vallum.study.study import Study
from vallum.study.work import Settings


def study(folder, case=None, **arguments):
    settings = {"design": Design("sobol", 128), "model": convoy, "shard": 32}
    return run_study(case or convoy.load(), folder, **settings | arguments)


class StopError(Exception):
    pass


def stopping_after(shards):
    def progress(done, total, failures):
        nonlocal shards
        shards -= 1
        if shards < 0:
            raise StopError

    return progress


def interrupted(folder, shards=3, **arguments):
    with pytest.raises(StopError):
        study(folder, progress=stopping_after(shards), **arguments)


def test_a_store_opens_with_plain_xarray_and_has_units_case_seed_and_versions(tmp_path):
    study(tmp_path / "s")
    with xr.open_zarr(tmp_path / "s" / "study.zarr") as data:
        assert dict(data["arrived"].attrs) == {
            "role": "outcome",
            "unit": "brigade",
            "meaning": "brigades there at the end",
            "kind": "number",
        }
        assert data["arrived"].dims == ("option", "future", "replicate")
        assert list(data["option"].to_numpy()) == ["today", "forward", "without"]
        assert data.attrs["case_files"]["case.toml"] == convoy.CASE
        assert data.attrs["seed"] == 0
        assert {"jax", "jaxlib", "numpy", "scipy", "vallum", "lanes", "simd", "device"} <= data.attrs["machine"].keys()
        assert data.attrs["identity"]
        assert data.attrs["complete"] is True


def test_inputs_are_stored_once_where_no_option_changes_them(tmp_path):
    data = study(tmp_path / "s").data
    assert data["delay"].dims == ("future",)
    assert data["quantile:march[one]"].dims == ("future",)
    assert ((data["delay"] >= 1) & (data["delay"] <= 7)).all()


def test_the_case_comes_back_from_the_store(tmp_path):
    assert study(tmp_path / "s").case(convoy).digest == convoy.load().digest


def test_a_complete_study_is_used_again_and_not_run_again(tmp_path):
    first = study(tmp_path / "s")
    calls = []
    again = study(tmp_path / "s", progress=lambda *x: calls.append(x))
    assert again.digest == first.digest
    assert not calls


def test_an_interrupted_study_says_so_and_is_finished_by_resuming(tmp_path):
    interrupted(tmp_path / "s")
    assert not Study(tmp_path / "s").complete
    with pytest.raises(StoreError, match="unfinished run of this study; resume it"):
        study(tmp_path / "s")
    seen = []
    resumed = study(tmp_path / "s", resume=True, progress=lambda done, total, failures: seen.append(done))
    assert seen[-1] == 384
    assert resumed.digest == study(tmp_path / "whole").digest


def test_resuming_computes_only_what_is_missing(tmp_path, monkeypatch):
    interrupted(tmp_path / "s", shards=5)
    computed = []
    original = work_module.Work.shard
    monkeypatch.setattr(
        work_module.Work,
        "shard",
        lambda self, program, shard, pool: computed.append(shard) or original(self, program, shard, pool),
    )
    study(tmp_path / "s", resume=True)
    assert len(computed) == 12 - 6


def test_a_torn_last_line_of_the_journal_does_not_count(tmp_path):
    interrupted(tmp_path / "s")
    journal = tmp_path / "s" / "journal.jsonl"
    journal.write_text(journal.read_text()[:-20])
    assert study(tmp_path / "s", resume=True).digest == study(tmp_path / "whole").digest


def test_a_damaged_shard_is_run_again(tmp_path):
    interrupted(tmp_path / "s")
    store = open_store(tmp_path / "s")
    store.write("arrived", (0, slice(0, 32)), np.full((32, 1), 99, np.float32))
    assert study(tmp_path / "s", resume=True).digest == study(tmp_path / "whole").digest


def test_a_lost_chunk_is_run_again(tmp_path):
    interrupted(tmp_path / "s")
    for chunk in (tmp_path / "s" / "study.zarr" / "arrived").rglob("c/**/*"):
        if chunk.is_file():
            chunk.write_bytes(chunk.read_bytes()[:10])
    assert study(tmp_path / "s", resume=True).digest == study(tmp_path / "whole").digest


@pytest.mark.parametrize(
    "change",
    [
        {"design": Design("sobol", 256)},
        {"design": Design("sobol", 128, seed=1)},
        {"replicates": 2},
        {"dtype": "float64"},
        {"case": convoy.load(convoy.CASE.replace("[1, 7]", "[1, 8]"))},
    ],
    ids=["futures", "seed", "replicates", "dtype", "case"],
)
def test_a_folder_with_another_study_is_refused(tmp_path, change):
    study(tmp_path / "s")
    with pytest.raises(StoreError, match="holds another study"):
        study(tmp_path / "s", **change)
    assert study(tmp_path / "s", overwrite=True, **change).complete


def test_words_and_questions_are_no_part_of_a_studys_identity(tmp_path):
    changed = convoy.load(convoy.CASE.replace("Today", "As it is").replace("at_most = 12", "at_most = 15"))
    assert study(tmp_path / "s").digest == study(tmp_path / "s", case=changed).digest


def test_an_edited_model_is_another_model():
    settings = Settings(Design("sobol", 128))
    assert settings.identity(convoy.load(), convoy) != settings.identity(convoy.load(), module(BROKEN))


def test_resuming_on_another_machine_is_refused_unless_mixed_bits_are_allowed(tmp_path, monkeypatch):
    interrupted(tmp_path / "s")
    here = run_module.machine()
    monkeypatch.setattr(run_module, "machine", lambda: here | {"jaxlib": "9.9"})
    with pytest.raises(StoreError, match="another kind of machine") as error:
        study(tmp_path / "s", resume=True)
    assert "jaxlib" in str(error.value)
    mixed = study(tmp_path / "s", resume=True, allow_mixed=True)
    assert mixed.complete
    assert "9.9" in json.dumps(mixed.attributes["mixed"])


def test_two_processes_cannot_write_to_one_study(tmp_path):
    with sole_writer(tmp_path / "s"), pytest.raises(StoreError, match="another process is writing"):
        study(tmp_path / "s")


def test_a_folder_that_holds_no_study_is_no_study(tmp_path):
    with pytest.raises(StoreError, match="holds no study"):
        Study(tmp_path)


def test_another_zarr_group_is_no_study(tmp_path):
    xr.Dataset({"x": ("y", [1.0])}).to_zarr(tmp_path / "study.zarr", zarr_format=3, consolidated=False)
    with pytest.raises(StoreError, match="not a study of Vallum's"):
        Study(tmp_path)


def test_bad_runs_are_stored_and_counted_and_kill_nothing(tmp_path):
    far = convoy.CASE.replace("triangular = [3, 4, 6]", "uniform = [3, 97]")
    found = study(tmp_path / "s", case=convoy.load(far))
    status = found.data["status"].to_numpy()
    np.testing.assert_array_equal(
        status == 1, np.broadcast_to((found.data["needed"] > 50).to_numpy()[:, None], status.shape)
    )
    assert found.attributes["failures"] == (status == 1).sum() > 0
    assert found.attributes["statuses"][1] == "more brigades needed than exist"


BROKEN = """
import jax.numpy as jnp
from tests.study import convoy
from tests.study.convoy import spec, plan

def run(structure, inputs, draws):
    out = convoy.run(structure, inputs, draws)
    return out | {"arrived": jnp.where(inputs["delay"] > 4, jnp.nan, out["arrived"])}
"""


def module(source):
    made = types.ModuleType("made")
    exec(source, made.__dict__)
    return made


def test_outcomes_that_are_not_finite_get_a_status(tmp_path):
    found = study(tmp_path / "s", model=module(BROKEN))
    np.testing.assert_array_equal(found.data["status"].isel(option=0, replicate=0) == 2, found.data["delay"] > 4)
    assert found.attributes["statuses"][2] == "non-finite outcome"


def test_replicates_are_refused_for_a_model_without_chance(tmp_path):
    from vallum.case import load_case

    with pytest.raises(StudyError, match="has no chance within a run: replicates must be 1, not 3"):
        run_study(load_case("central-europe-1984"), tmp_path / "s", replicates=3)


def test_replicates_differ_and_are_paired_across_options(tmp_path):
    data = study(tmp_path / "s", replicates=2).data
    held = data["held_day"].to_numpy()
    assert (held[:, :, 0] != held[:, :, 1]).any()


def test_a_progress_report_ends_at_the_total(tmp_path):
    seen = []
    study(tmp_path / "s", progress=lambda *x: seen.append(x))
    assert [done for done, _, _ in seen] == [32 * k for k in range(1, 13)]
    assert {total for _, total, _ in seen} == {384}


def test_editing_numbers_and_switching_options_never_recompiles(tmp_path):
    program = kernel(convoy, "float32").compiled
    study(tmp_path / "a")
    before = program._cache_size()
    edited = (
        convoy.CASE.replace("[1, 7]", "[2, 5]")
        .replace("[3, 4, 6]", "[1, 2, 3]")
        .replace("0.1, march_best", "0.15, march_best")
    )
    more_rows = convoy.FORMATIONS + "F,two,1,2,3,4\n"
    study(tmp_path / "b", case=convoy.load(edited, more_rows))
    certain = convoy.CASE.replace("uniform = [1, 7]", "value = 3")
    study(tmp_path / "c", case=convoy.load(certain), design=Design("monte-carlo", 77), replicates=2)
    assert program._cache_size() == before


def test_the_default_folder_names_case_and_identity():
    folder = study_folder(convoy.load(), Settings(Design("sobol", 128)), convoy)
    assert folder.parent.name == "results"
    assert folder.name.startswith("convoy-case-")
    assert folder != study_folder(convoy.load(), Settings(Design("sobol", 128, seed=1)), convoy)


def test_the_journal_has_every_shard_with_checksums(tmp_path):
    study(tmp_path / "s")
    lines = [json.loads(line) for line in (tmp_path / "s" / "journal.jsonl").read_text().splitlines()]
    assert len(lines) == 12
    assert set(lines[0]) == {"option", "start", "stop", "checksums", "empty"}
    assert open_store(tmp_path / "s").committed().keys() == {Shard(x["option"], x["start"], x["stop"]) for x in lines}


def test_fans_are_quantiles_of_the_series_of_good_runs(tmp_path):
    data = study(tmp_path / "s").data
    fan = data["arrived_by_day"].to_numpy()
    assert (np.diff(fan, axis=1) >= 0).all()
    assert (np.diff(fan, axis=2) >= 0).all()
    np.testing.assert_allclose(fan[:, 2, -1], np.median(data["arrived"].to_numpy()[:, :, 0], axis=1))
    np.testing.assert_allclose(data["enough_by_day"].to_numpy()[:, -1], data["enough"].to_numpy().mean(axis=(1, 2)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"workers": 0}, "workers is 0"),
        ({"workers": -3}, "workers is -3"),
        ({"shard": 0}, "shard is 0"),
        ({"replicates": 0}, "replicates is 0"),
        ({"dtype": "float16"}, "no precision is called 'float16'"),
    ],
)
def test_arguments_that_cannot_be_are_refused_before_anything_is_written(tmp_path, arguments, message):
    with pytest.raises(StudyError, match=message):
        study(tmp_path / "s", **arguments)
    assert not (tmp_path / "s").exists()


def test_a_study_is_not_kept_in_the_folder_of_a_case(tmp_path):
    (tmp_path / "case.toml").write_text("")
    with pytest.raises(StoreError, match="folder of a case"):
        study(tmp_path)


def test_values_beyond_the_precision_are_a_status_and_no_warning(tmp_path):
    far = convoy.load(convoy.CASE.replace("uniform = [1, 7]", "uniform = [1, 1e60]"))
    found = study(tmp_path / "s", case=far)
    assert found.complete


def test_fans_say_over_how_many_futures_they_are(tmp_path):
    assert study(tmp_path / "s").data["arrived_by_day"].attrs["futures"] == 128


@pytest.mark.parametrize("shard", [48, 64, 100, 128, 1000])
def test_no_size_of_shard_destroys_what_another_shard_wrote(tmp_path, monkeypatch, shard):
    monkeypatch.setattr(store_module, "CHUNK", 64)
    found = study(tmp_path / "s", design=Design("sobol", 512), shard=shard)
    assert not found.verify()
    assert np.isfinite(found.data["arrived"].to_numpy()).all()
    assert found.digest == study(tmp_path / "whole", design=Design("sobol", 512), shard=512).digest


def test_a_crash_before_the_coordinates_are_written_leaves_no_study(tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(run_module.layout, "write_coordinates", lambda *x, **y: (_ for _ in ()).throw(StopError()))
        with pytest.raises(StopError):
            study(tmp_path / "s")
    found = study(tmp_path / "s", resume=True)
    assert list(found.data["option"].to_numpy()) == ["today", "forward", "without"]
    assert found.data["scramble"].to_numpy().max() == 15


def test_a_complete_study_that_lost_a_file_is_not_believed(tmp_path):
    whole = study(tmp_path / "s")
    path = tmp_path / "s" / "study.zarr" / "held_day" / "c"
    shutil.rmtree(path)
    assert Study(tmp_path / "s").missing()
    with pytest.raises(AnalysisError, match=r"has lost study\.zarr/held_day"):
        compare(Study(tmp_path / "s"), convoy.load())
    with pytest.raises(StoreError, match="has lost parts of it"):
        study(tmp_path / "s")
    again = study(tmp_path / "s", resume=True)
    assert again.digest == whole.digest
    assert not again.missing()


def test_options_are_found_by_their_id_and_not_by_their_place(tmp_path):
    found = study(tmp_path / "s")
    head, *options = convoy.CASE.split("[options.")
    moved = convoy.load(head + "".join(f"[options.{x}" for x in (options[2].rstrip() + "\n\n", *options[:2])))
    assert [x.id for x in moved.options] == ["without", "today", "forward"]
    assert moved.digest == convoy.load().digest
    before = {x.option.id: x.events[12].value for x in compare(found, convoy.load()).results}
    assert {x.option.id: x.events[12].value for x in compare(found, moved).results} == before


def test_a_study_is_not_compared_as_another_case(tmp_path):
    other = convoy.load(convoy.CASE.replace("[1, 7]", "[1, 8]"))
    with pytest.raises(AnalysisError, match="made of another case"):
        compare(study(tmp_path / "s"), other)


def test_quantiles_are_stored_whole_where_the_first_option_is_certain(tmp_path):
    import tests.study.steady as steady

    found = run_study(steady.load(), tmp_path / "s", design=Design("sobol", 128), model=steady)
    assert len(np.unique(found.data["quantile:march[one]"].to_numpy())) == 128


def test_models_made_without_a_file_are_told_apart(tmp_path):
    settings = Settings(Design("sobol", 128))
    one, other = (module(BROKEN.replace("> 4", f"> {x}")) for x in (4, 5))
    assert settings.identity(convoy.load(), one) != settings.identity(convoy.load(), other)
    assert settings.identity(convoy.load(), one) == settings.identity(convoy.load(), module(BROKEN))


def test_a_torn_line_does_not_swallow_the_next(tmp_path):
    interrupted(tmp_path / "s")
    journal = tmp_path / "s" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    before = len(open_store(tmp_path / "s").committed())
    interrupted(tmp_path / "s", shards=before + 2, resume=True)
    assert len(open_store(tmp_path / "s").committed()) == before + 3


def test_seeds_beyond_32_bits_are_different_seeds():
    quantiles = [Design("sobol", 256, seed).quantiles(2) for seed in (5, 5 + 2**32, 5 + 3 * 2**32)]
    assert not any(np.isin(quantiles[0][:, 0], other[:, 0]).any() for other in quantiles[1:])


def test_numpy_integers_are_whole_numbers_and_halves_are_not(tmp_path):
    assert Design("sobol", np.int64(128), np.int64(3)) == Design("sobol", 128, 3)
    with pytest.raises(StudyError, match="whole number is needed"):
        Design("sobol", 128.5)
    with pytest.raises(StudyError, match="whole number is needed"):
        study(tmp_path / "s", replicates=2.5)


def test_a_complete_study_is_read_where_nobody_may_write(tmp_path):
    study(tmp_path / "s")
    with sole_writer(tmp_path / "s"):
        assert study(tmp_path / "s").complete
