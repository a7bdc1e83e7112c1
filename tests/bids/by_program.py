"""A bid as a program of the bidder hands it in over the API: documents, prices and answers are sealed outside."""

import base64
import hashlib
import io
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from bids.models import Draft, Receipt
from bids.sealing import Slot, StreamSealer, seal_bytes
from tests.bids.bidding import key
from tests.factories import Company

JSON = "application/json"
CHUNK = 100_000


class Program:
    """One company's program. `sent`: what it sent of documents and manifest; drafts are readable to the server."""

    def __init__(self, company: Company) -> None:
        self.client = Client()
        self.client.force_login(company.bidder)
        self.sent: list[bytes] = []

    def write_draft(self, tender_id: int, content: dict[str, Any]) -> Draft:
        started = self.client.post("/api/v1/bids/", {"tender": tender_id}, JSON).json()
        body = {"version": started["version"], "content": content}
        answer = self.client.put(f"/api/v1/bids/{started['id']}/", body, JSON)
        assert answer.status_code == 200, answer.content
        return Draft.objects.get(pk=started["id"])

    def attach(self, draft_id: UUID, data: bytes, name: str, role: str, *, at_once: bool = False) -> None:
        """Seal, announce, send in chunks, then name it, or name it `at_once`: the name goes into encrypted rows."""
        draft = self.client.get(f"/api/v1/bids/{draft_id}/").json()
        out, object_id = io.BytesIO(), str(uuid4())
        sealer = StreamSealer(Slot(**draft["slot"], object=object_id), draft["recipient"], out)
        sealer.write(data)
        sealer.close()
        sealed = out.getvalue()
        said = {"name": name, "role": role, "size": len(data), "sha256_plain": hashlib.sha256(data).hexdigest()}
        note = {"draft": draft["id"], "object": object_id, "sha256": hashlib.sha256(sealed).hexdigest()}
        note |= {word: str(text) for word, text in said.items()} if at_once else {}
        meta = ",".join(f"{word} {base64.b64encode(text.encode()).decode()}" for word, text in note.items())
        head = {"Upload-Length": str(len(sealed)), "Upload-Metadata": meta}
        self.sent.append(sealed)
        place = self.client.post("/api/v1/uploads/", content_type="", headers=head).headers["Location"]
        for offset in range(0, len(sealed), CHUNK):
            part = sealed[offset : offset + CHUNK]
            checksum = base64.b64encode(hashlib.sha256(part).digest()).decode()
            headers = {"Upload-Offset": str(offset), "Upload-Checksum": f"sha256 {checksum}"}
            done = self.client.patch(place, part, content_type="application/offset+octet-stream", headers=headers)
            assert done.status_code == 204, done.content
        if at_once:
            return
        named = self.client.put(f"/api/v1/bids/{draft['id']}/documents/{object_id}/arrived/", said, JSON)
        assert named.status_code == 200, named.content

    def hand_in(self, draft_id: UUID, declarant: str, **more: Any) -> Receipt:
        wanted = self.client.post(f"/api/v1/bids/{draft_id}/manifest/", {"declarant": declarant}, JSON).json()
        place = Slot(**{word: value for word, value in wanted["slot"].items() if word != "v"})
        sealed = seal_bytes(place, wanted["manifest"].encode(), wanted["recipient"])
        self.sent.append(sealed)
        body = {"declarant": declarant, "manifest": base64.b64encode(sealed).decode(), "object": wanted["object"],
                "version": wanted["version"], **more}  # fmt: skip
        answer = self.client.post(f"/api/v1/bids/{draft_id}/submit/", body, JSON, headers={"Idempotency-Key": key()})
        assert answer.status_code == 201, answer.content
        return Receipt.objects.get(pk=answer.json()["id"])
