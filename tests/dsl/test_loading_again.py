"""Loading again after an edit answers what loading afresh would, and leaves all other values alone."""

from __future__ import annotations

import random

from dsl.include import Texts
from dsl.load import Loader, load, load_texts
from tests.dsl.small_site import BASE, codes


def customers(count):
    return {
        f"c{i}": f'customer c{i} "Customer {i}" {{\n  alias "CUST-{i}"\n  tier standard from 2026-01-{i % 28 + 1:02}\n}}\n'
        for i in range(count)
    }


def test_loading_again_answers_what_loading_afresh_would(tmp_path):
    """Random edits of a site, most of customers: the patched rule set must be the whole one, positions too."""
    dice = random.Random(7)
    root = tmp_path / "sla.rules"
    blocks = customers(12)
    loader = Loader()
    patched, tiers, note = 0, None, "# a note\n"
    for step in range(120):
        name = dice.choice(list(blocks))
        blocks[name] = blocks[name].replace('alias "', f'alias "{dice.choice("xyz")}')
        shown = dict(blocks)  # what is broken in here is mended in the next step
        match dice.randrange(16):
            case 0:
                shown[name] = shown[name].replace("tier standard", "tier standrd")
            case 1:
                shown[name] = shown[name].replace("{\n", "{ {\n", 1)
            case 2:
                shown[name] = shown[name].replace('alias "', 'alias "CUST-1", "')
            case 3:
                note = dice.choice(["", "# a note\n", "field extra text\n"])
            case 4:
                note = "}\n" if note else "  field extra text\n"
            case 5:
                blocks[f"n{step}"] = shown[f"n{step}"] = f"customer n{step} {{\n}}\n"
            case 6 if len(blocks) > 3:
                del blocks[name]
            case 7:
                shown[name] = shown[name].replace("}\n", "  override o {\n    calendar office\n  }\n}\n", 1)
            case 8:
                shown[name] = shown[name].replace(
                    "tier standard", "tier standard until 2026-01-01\n  tier standard"
                )
            case _:
                pass
        (tmp_path / "more.rules").write_text("\n".join(shown.values()))
        root.write_text(BASE + 'include "more.rules"\n' + note)
        note = "" if note.startswith(("}", " ")) else note
        again, afresh = loader.load(root), load(root)
        assert again == afresh, step
        assert loader.load(root) is again
        if again.ruleset:
            patched += again.ruleset.tiers is tiers
            tiers = again.ruleset.tiers
            for one in again.ruleset.customers.values():
                assert again.locate(one.origin) == afresh.locate(one.origin)
                assert again.locate(one.origin).path == "more.rules"
    assert patched > 10


def test_an_edit_of_a_customer_leaves_all_other_values_alone(tmp_path):
    root = tmp_path / "sla.rules"
    blocks = customers(20)
    root.write_text(BASE + "\n".join(blocks.values()))
    loader = Loader()
    first = loader.load(root)
    blocks["c7"] = blocks["c7"].replace("CUST-7", "ZZ")
    root.write_text(BASE + "\n".join(blocks.values()))
    second = loader.load(root)
    assert second.ruleset.tiers is first.ruleset.tiers
    assert second.ruleset.customers["c7"].aliases == ("ZZ",)
    assert first.ruleset.customers["c7"].aliases == ("CUST-7",)
    same = [name for name in blocks if second.ruleset.customers[name] is first.ruleset.customers[name]]
    assert set(blocks) - set(same) == {"c7"}
    assert list(second.ruleset.customers) == list(blocks)


def test_a_customer_that_was_broken_in_between_is_all_that_has_changed():
    blocks = customers(20)
    good = BASE + "\n".join(blocks.values())
    loader = Loader()

    def read(text):
        return loader.load_from(Texts({"sla.rules": text}), "sla.rules")

    first = read(good)
    assert read(good.replace('"CUST-7', "CUST-7")).ruleset is None
    broken = read(good.replace('"CUST-7', "CUST-7").replace("CUST-9", "NINE"))
    assert {one.context for one in broken.diagnostics} == {"customer c7"}
    last = read(good.replace("CUST-9", "NINE"))
    assert last.ruleset == load_texts("sla.rules", {"sla.rules": good.replace("CUST-9", "NINE")}).ruleset
    assert last.ruleset.tiers is first.ruleset.tiers
    assert list(last.ruleset.customers) == list(blocks)
    assert last.ruleset.since == (first.digest, {"c7", "c9"})


def test_an_unreadable_file_spoils_nothing_for_the_next_load(tmp_path):
    root = tmp_path / "sla.rules"
    root.write_text(BASE)
    loader = Loader()
    good = loader.load(root)
    root.write_bytes(b"\xff\xfe")
    assert codes(loader.load(root)) == ["E0101"]
    root.write_text(BASE)
    assert loader.load(root) == good
