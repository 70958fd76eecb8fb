"""Files are measured while they arrive: what is too large is told with its size, and never fills the disk."""

import pytest
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

MB = 1024 * 1024


@pytest.fixture
def limit(settings):
    settings.UPLOAD_LIMIT_BYTES = 3 * MB
    return 3 * MB


def sent(*sizes: int):
    files = [SimpleUploadedFile(f"{n}.bin", b"x" * size) for n, size in enumerate(sizes)]
    return RequestFactory().post("/", {"title": "Scan", "file": files})


def test_a_file_within_the_limit_arrives_whole(limit):
    (file,) = sent(3 * MB).FILES.getlist("file")
    assert file.size == len(file.read()) == 3 * MB


def test_a_file_past_it_tells_its_size_and_is_not_kept(limit):
    request = sent(8 * MB)
    (file,) = request.FILES.getlist("file")
    assert file.size == 8 * MB and len(file.read()) <= limit
    assert request.POST["title"] == "Scan"


def test_many_files_together_keep_to_it_too(limit):
    files = sent(2 * MB, 2 * MB, 2 * MB).FILES.getlist("file")
    assert [file.size for file in files] == [2 * MB] * 3
    assert sum(len(file.read()) for file in files) <= limit


@pytest.mark.parametrize(("sizes", "said"), [((31 * MB,), RequestDataTooBig), ((1,) * 26, TooManyFilesSent)])
def test_what_nobody_sends_by_mistake_is_not_read(limit, sizes, said):
    with pytest.raises(said):
        sent(*sizes).POST  # noqa: B018 - reading the form is what is tried
