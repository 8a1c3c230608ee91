"""The convoy model without chance, and a case whose first option is certain: what must not be taken for all runs."""

from dataclasses import replace

from tests.study import convoy
from tests.study.convoy import plan as plan
from vallum.case import load_case_text

spec = replace(convoy.spec, name="steady", streams=())


class Steady:
    """No friction."""

    def exponential(self, stream, entity=0, step=0):
        import jax.numpy as jnp

        return jnp.zeros(jnp.shape(entity))


def run(structure, inputs, draws):
    return convoy.run(structure, inputs, Steady())


OPTIONS = """\
[options.today]
title = "Today"

[options.doubt]
title = "In doubt"
inputs.delay = { uniform = [1, 7], unit = "day", status = "assumption" }

[options.doubt.inputs.march]
triangular = ["march_low", "march_best", "march_high"]
unit = "day"
status = "assumption"
group = "nation"
"""


def load():
    import tests.study.steady as model

    text = convoy.CASE[: convoy.CASE.index("[options.today]")] + OPTIONS
    text = text.replace('model = "convoy"', 'model = "steady"').replace("triangular = [3, 4, 6]", "value = 4")
    text = text.replace("uniform = [1, 7]", "value = 4", 1).replace(
        'triangular = ["march_low", "march_best", "march_high"]', 'column = "march_best"', 1
    )
    text = text.replace('group = "nation"\nidiosyncratic = 0.3\n', "", 1)
    return load_case_text(convoy.files(text), model=model)
