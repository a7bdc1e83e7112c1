"""Merkle tree of RFC 6962 (section 2.1): root, proofs of inclusion and of consistency, and an O(log n) appender.

All hashes are 32 raw bytes; trees are given as sequences of leaf hashes. Proof checks follow RFC 9162, 2.1.3 and 2.1.4.
"""

import hashlib
from collections.abc import Iterable, Sequence


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf with this content."""
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below `size`, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def root(leaves: Sequence[bytes]) -> bytes:
    """Root hash; of no leaves the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    return _root(leaves, 0, len(leaves))


def _root(leaves: Sequence[bytes], start: int, end: int) -> bytes:
    if end - start == 1:
        return leaves[start]
    middle = start + _split(end - start)
    return _node(_root(leaves, start, middle), _root(leaves, middle, end))


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Hashes that lead from leaf `index` (from 0) to the root, lowest first. IndexError outside the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} in a tree of {len(leaves)}")
    proof, start, end = [], 0, len(leaves)
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_root(leaves, middle, end))
            end = middle
        else:
            proof.append(_root(leaves, start, middle))
            start = middle
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Iterable[bytes], tree_root: bytes) -> bool:
    """Whether `leaf` (a leaf hash) stands at `index` of the tree with this size and root."""
    if not 0 <= index < size:
        return False
    position, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            result = _node(sibling, result)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            result = _node(result, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and result == tree_root


def consistency_proof(old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Hashes that show the first `old_size` leaves to be the older tree. ValueError unless 1 <= old_size <= size."""
    if not 1 <= old_size <= len(leaves):
        raise ValueError(f"no older tree of size {old_size} in a tree of {len(leaves)}")
    return _consistency(old_size, leaves, 0, len(leaves), whole=True)


def _consistency(old_size: int, leaves: Sequence[bytes], start: int, end: int, *, whole: bool) -> list[bytes]:
    if old_size == end - start:
        return [] if whole else [_root(leaves, start, end)]
    half = _split(end - start)
    if old_size <= half:
        below = _consistency(old_size, leaves, start, start + half, whole=whole)
        return [*below, _root(leaves, start + half, end)]
    below = _consistency(old_size - half, leaves, start + half, end, whole=False)
    return [*below, _root(leaves, start, start + half)]


def verify_consistency(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the new tree contains the old one unchanged as its beginning."""
    if not 1 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    return bool(path) and _replay(old_size - 1, new_size - 1, path) == (old_root, new_root)


def _replay(position: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Both roots as the consistency path gives them, None when its length does not fit the sizes."""
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            old, new = _node(sibling, old), _node(sibling, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = _node(new, sibling)
        position, last = position >> 1, last >> 1
    return (old, new) if last == 0 else None


class GrowingTree:
    """Appends leaves keeping only the peaks. `peaks` and `size` restore it after a restart."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError(f"a tree of size {size} has {size.bit_count()} peaks, not {len(self.peaks)}")

    def append(self, leaf: bytes) -> None:
        """Adds one leaf hash."""
        position = self.size
        while position & 1:
            leaf = _node(self.peaks.pop(), leaf)
            position >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Root hash of all leaves so far."""
        if not self.peaks:
            return root(())
        result = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            result = _node(peak, result)
        return result
