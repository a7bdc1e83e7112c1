"""Key files: one key for all processes, readable by its owner only, never replaced."""

import multiprocessing
import stat

import pytest

from accounts.evidence import (
    KeyFileError,
    load_or_create_signing_key,
    load_signing_key,
    read_key_file,
    read_or_create_key_file,
    verifier_key,
    write_new_file,
)


def test_the_signing_key_stays_the_same(tmp_path):
    path = tmp_path / "keys" / "signing.pem"
    first = verifier_key(load_or_create_signing_key(path), "a.example.org")
    assert verifier_key(load_or_create_signing_key(path), "a.example.org") == first
    assert verifier_key(load_signing_key(path), "a.example.org") == first


def test_a_key_file_is_for_its_owner_only(tmp_path):
    path = tmp_path / "keys" / "signing.pem"
    load_or_create_signing_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["signing.pem"]


def test_a_key_file_open_to_everybody_is_refused(tmp_path):
    path = tmp_path / "signing.pem"
    load_or_create_signing_key(path)
    path.chmod(0o404)
    with pytest.raises(KeyFileError, match="chmod 0400"):
        load_or_create_signing_key(path)


def test_the_process_that_comes_second_takes_the_key_of_the_first(tmp_path):
    path = tmp_path / "key"

    def overtaken():
        write_new_file(path, b"first")
        return b"second"

    assert read_or_create_key_file(path, overtaken) == b"first"
    assert path.read_bytes() == b"first"


def test_processes_that_start_at_once_agree_on_one_key(tmp_path):
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(4), context.SimpleQueue()

    def start(number):
        barrier.wait()
        answers.put(read_or_create_key_file(tmp_path / "keys" / "key", lambda: b"key %d" % number))

    processes = [context.Process(target=start, args=(number,)) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(10)
    assert len({answers.get() for _ in processes}) == 1


def test_a_lost_key_is_noticed_where_it_must_exist(tmp_path):
    with pytest.raises(KeyFileError, match="cannot read"):
        load_signing_key(tmp_path / "lost.pem")
    with pytest.raises(KeyFileError, match="cannot read"):
        read_key_file(tmp_path / "lost.pem")


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    with pytest.raises(KeyFileError, match="cannot write"):
        write_new_file(tmp_path / "missing" / "key", b"x")


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_another_file_is_not_a_signing_key(tmp_path, content):
    write_new_file(tmp_path / "key.pem", content)
    with pytest.raises(KeyFileError, match="holds no"):
        load_signing_key(tmp_path / "key.pem")
