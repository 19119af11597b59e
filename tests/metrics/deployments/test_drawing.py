"""What the other tests draw is what is meant."""

from tests.metrics.deployments.drawing import read


def test_lines_branch_off_and_come_back() -> None:
    assert read(
        r"""
        a--b-----e--f
            \   /
             c-d
        """
    ) == {"a": [], "b": ["a"], "c": ["b"], "d": ["c"], "e": ["b", "d"], "f": ["e"]}


def test_lines_bend_and_names_have_any_length() -> None:
    assert read(
        r"""
          x1-------x2
         /        /
        root-----m1---m2
         \           /
          ----y------
        """
    ) == {
        "root": [],
        "x1": ["root"],
        "y": ["root"],
        "m1": ["root"],
        "x2": ["x1", "m1"],
        "m2": ["m1", "y"],
    }
