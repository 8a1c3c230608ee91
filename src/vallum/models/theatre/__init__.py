"""The theatre model: an attacker's campaign against an alliance's frontier, from the first warning on.

`declaration` says what it takes and gives; `network` and `routes` plan routes and
`structure` turns tables into arrays; `warning` says who decides when; `deployment` moves
the formations on the minutes of `clock`; `race` composes a run and `outcomes` tells what
came of it. `twin` codes movement again, load by load, as oracle and debugger.
"""

from vallum.models.theatre.declaration import spec
from vallum.models.theatre.race import LANES, run
from vallum.models.theatre.structure import plan

__all__ = ["LANES", "plan", "run", "spec"]
