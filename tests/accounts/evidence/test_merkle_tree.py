"""RFC 6962: known roots, and proofs that hold for the truth and for nothing else."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.evidence import (
    GrowingTree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(bytes([number])) for number in range(40)]
# Leaves and roots of the reference tree used by Certificate Transparency implementations.
KNOWN_LEAVES = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
KNOWN_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize(("size", "expected"), KNOWN_ROOTS.items())
def test_roots_equal_those_of_other_implementations(size, expected):
    leaves = [leaf_hash(bytes.fromhex(text)) for text in KNOWN_LEAVES[:size]]
    tree = GrowingTree()
    for leaf in leaves:
        tree.append(leaf)
    assert root(leaves).hex() == tree.root().hex() == expected


@given(st.integers(1, 40), st.data())
def test_every_leaf_is_proven_at_its_own_place_only(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, LEAVES[:size])
    places = [
        place for place in range(size) if verify_inclusion(LEAVES[index], place, size, proof, root(LEAVES[:size]))
    ]
    assert places == [index]


def test_a_wrong_leaf_root_or_proof_is_not_included():
    proof, tree_root = inclusion_proof(3, LEAVES[:11]), root(LEAVES[:11])
    assert verify_inclusion(LEAVES[3], 3, 11, proof, tree_root)
    assert not verify_inclusion(LEAVES[4], 3, 11, proof, tree_root)
    assert not verify_inclusion(LEAVES[3], 3, 11, proof, root(LEAVES[:12]))
    assert not verify_inclusion(LEAVES[3], 3, 11, proof[:-1], tree_root)
    assert not verify_inclusion(LEAVES[3], 3, 11, [*proof, LEAVES[0]], tree_root)
    assert not verify_inclusion(LEAVES[3], -1, 11, proof, tree_root)
    assert not verify_inclusion(LEAVES[3], 3, 3, proof, tree_root)


def test_every_older_tree_is_proven_to_be_the_beginning():
    for old, new in itertools.combinations_with_replacement(range(1, 20), 2):
        proof = consistency_proof(old, LEAVES[:new])
        assert verify_consistency(old, new, root(LEAVES[:old]), root(LEAVES[:new]), proof)


def test_a_rewritten_past_is_not_consistent():
    for old, new in itertools.combinations(range(1, 20), 2):
        rewritten = [leaf_hash(b"other"), *LEAVES[1:new]]
        proof = consistency_proof(old, rewritten)
        assert not verify_consistency(old, new, root(LEAVES[:old]), root(rewritten), proof)
        assert not verify_consistency(old, new, root(LEAVES[:old]), root(LEAVES[:new]), [*proof, LEAVES[0]])


def test_a_shorter_or_empty_tree_proves_nothing():
    assert not verify_consistency(5, 4, root(LEAVES[:5]), root(LEAVES[:4]), [])
    assert not verify_consistency(3, 5, root(LEAVES[:3]), root(LEAVES[:5]), [])
    assert not verify_consistency(4, 4, root(LEAVES[:4]), root(LEAVES[:3]), [])
    with pytest.raises(ValueError, match="older tree"):
        consistency_proof(0, LEAVES[:3])
    with pytest.raises(IndexError):
        inclusion_proof(3, LEAVES[:3])


@given(st.integers(0, 40))
def test_a_tree_restored_from_its_peaks_grows_on(size):
    tree = GrowingTree()
    for leaf in LEAVES[:size]:
        tree.append(leaf)
    restored = GrowingTree(tree.size, tree.peaks)
    restored.append(LEAVES[0])
    assert restored.root() == root([*LEAVES[:size], LEAVES[0]])


def test_peaks_that_do_not_fit_the_size_are_refused():
    with pytest.raises(ValueError, match="peaks"):
        GrowingTree(3, [LEAVES[0]])
