"""Threefry against its published answers, and draws by address."""

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vallum.keys import SharedKeyError, entity_key, entity_keys
from vallum.study.draws import (
    DrawsError,
    KeyedDraws,
    row_noise,
    run_key,
    seed_words,
    threefry2x32,
)

# Random123 (Salmon et al. 2011), kat_vectors: threefry2x32, 20 rounds: counter, key, result.
KNOWN_ANSWERS = [
    ((0x00000000, 0x00000000), (0x00000000, 0x00000000), (0x6B200159, 0x99BA4EFE)),
    ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
    ((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344), (0xC4923A9C, 0x483DF7A0)),
]


def words(pair):
    return tuple(np.array([x], np.uint32) for x in pair)


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_threefry_gives_the_known_answers_in_numpy_and_in_jax(counter, key, answer):
    assert tuple(int(x[0]) for x in threefry2x32(words(key), words(counter))) == answer
    compiled = jax.jit(threefry2x32)(words(key), words(counter))
    assert tuple(int(x[0]) for x in compiled) == answer


def test_threefry_agrees_with_jax_own():
    from jax.extend.random import threefry_2x32

    rng = np.random.default_rng(0)
    key, counter = rng.integers(0, 2**32, 2, np.uint32), rng.integers(0, 2**32, 64, np.uint32)
    ours = threefry2x32((key[:1], key[1:]), (counter[:32], counter[32:]))
    np.testing.assert_array_equal(np.concatenate(ours), np.asarray(threefry_2x32(key, counter)))


def draws(seed=0, future=0, replicate=0, dtype=np.float32):
    key = run_key(seed_words(seed), np.uint32([future]), np.uint32([replicate]))
    return KeyedDraws((key[0][0], key[1][0]), {"weather": 0, "decision": 1}, np.dtype(dtype))


def test_seed_zero_is_a_seed():
    assert draws(0).uniform("weather") == draws(0).uniform("weather")
    assert draws(0).uniform("weather") != draws(1).uniform("weather")


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**20 - 1))
def test_uniforms_lie_inside_the_open_interval(seed, future, entity, step):
    x = float(draws(seed, future).uniform("weather", entity, step))
    assert 0 < x < 1


def test_every_part_of_the_address_matters():
    base = float(draws().uniform("weather", 1, 1))
    others = [draws(seed=1), draws(future=1), draws(replicate=1)]
    numbers = [float(x.uniform("weather", 1, 1)) for x in others]
    numbers += [
        float(draws().uniform("decision", 1, 1)),
        float(draws().uniform("weather", 2, 1)),
        float(draws().uniform("weather", 1, 2)),
    ]
    assert len({base, *numbers}) == 7


def test_the_same_address_gives_the_same_number_in_both_precisions():
    entities = np.arange(1000, dtype=np.uint32)
    single = np.asarray(draws().uniform("weather", entities))
    with jax.enable_x64(True):
        double = np.asarray(draws(dtype=np.float64).uniform("weather", entities))
    assert double.dtype == np.float64
    np.testing.assert_allclose(single, double, atol=2.0**-23)


def test_draws_follow_their_distributions():
    entities = np.arange(20_000, dtype=np.uint32)
    source = draws(seed=7)
    assert stats.kstest(np.asarray(source.uniform("weather", entities)), "uniform").pvalue > 0.01
    assert stats.kstest(np.asarray(source.normal("weather", entities)), "norm").pvalue > 0.01
    assert stats.kstest(np.asarray(source.exponential("weather", entities)), "expon").pvalue > 0.01


def test_an_undeclared_stream_is_an_error():
    with pytest.raises(DrawsError, match="no stream is called 'wether'; declared: weather, decision"):
        draws().uniform("wether")


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_that_does_not_fit_is_an_error(seed):
    with pytest.raises(DrawsError, match="whole number"):
        seed_words(seed)


def test_two_ids_with_one_key_are_an_error():
    by_key: dict[int, str] = {}
    for number in range(400_000):  # birthday bound: some pair collides
        name = f"unit {number}"
        other = by_key.setdefault(entity_key(name), name)
        if other != name:
            break
    with pytest.raises(SharedKeyError, match="same random key"):
        entity_keys([other, name])


def test_the_noise_of_a_row_depends_on_its_id_and_not_on_the_others():
    futures = np.arange(5, dtype=np.uint32)
    two, three = row_noise(0, futures, "capacity", ("a", "b")), row_noise(0, futures, "capacity", ("c", "b", "a"))
    np.testing.assert_array_equal(two, three[:, [2, 1]])
    assert not np.array_equal(row_noise(0, futures, "length", ("a",)), two[:, :1])
    assert not np.array_equal(row_noise(1, futures, "capacity", ("a",)), two[:, :1])


def test_the_noise_of_rows_is_standard_normal():
    noise = row_noise(3, np.arange(2000, dtype=np.uint32), "capacity", ("a", "b", "c", "d", "e"))
    assert stats.kstest(noise.ravel(), "norm").pvalue > 0.01
    assert np.abs(np.corrcoef(noise.T) - np.eye(5)).max() < 0.08
