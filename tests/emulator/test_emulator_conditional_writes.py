"""Conditional writes of S3, and the time that it tells."""

import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated import REGION, Aws, refusal
from moto.s3.models import S3Backend

from emulator import clock


@pytest.fixture
def s3(aws: Aws) -> Any:
    """A client, and a bucket."""
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    client = session.client("s3")
    client.create_bucket(Bucket="shared", CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


def test_a_condition_that_does_not_hold_is_refused(s3: Any) -> None:
    """None of that key, or one of that ETag: else nothing is written."""
    key = {"Bucket": "shared", "Key": "a"}
    first = s3.put_object(**key, Body=b"1", IfNoneMatch="*")["ETag"]
    assert refusal(s3.put_object, **key, Body=b"2", IfNoneMatch="*") == "PreconditionFailed"
    second = s3.put_object(**key, Body=b"2", IfMatch=first)["ETag"]
    assert refusal(s3.put_object, **key, Body=b"3", IfMatch=first) == "PreconditionFailed"
    assert refusal(s3.delete_object, **key, IfMatch=first) == "PreconditionFailed"
    assert refusal(s3.put_object, Bucket="shared", Key="b", Body=b"3", IfMatch=first) == "NoSuchKey"
    assert s3.get_object(**key)["Body"].read() == b"2"
    assert s3.get_object(**key)["ETag"] == second


def test_of_many_writes_at_once_one_is_done(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though each of them looks before any has written."""
    put = S3Backend.put_object

    def slowly(*given: Any, **named: Any) -> Any:
        time.sleep(0.02)
        return put(*given, **named)

    monkeypatch.setattr(S3Backend, "put_object", slowly)

    def write(number: int) -> bool:
        try:
            s3.put_object(Bucket="shared", Key="a", Body=str(number), IfNoneMatch="*")
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(write, range(8))) == 1


def test_answers_are_dated_by_the_clock(s3: Any) -> None:
    """So that the age of an object can be told from one answer."""
    s3.put_object(Bucket="shared", Key="a", Body=b"1")
    clock.advance(3600)
    answer = s3.get_object(Bucket="shared", Key="a")
    date = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    assert abs((date - answer["LastModified"]).total_seconds() - 3600) <= 1
    listed = s3.list_objects_v2(Bucket="shared")["ResponseMetadata"]["HTTPHeaders"]["date"]
    assert parsedate_to_datetime(listed) == date
