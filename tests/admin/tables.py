"""Export and import as somebody does them on an admin page."""

import csv
import io
import json
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

AS_CSV, AS_JSON = "0", "1"


def export(client: Client, address: str, kind: str = AS_CSV) -> Any:
    page = client.get(f"{address}export/").content.decode()
    assert client.get(f"{address}import/").status_code == 200
    names = dict.fromkeys(re.findall(r'name="([^"]+)"[^>]*type="checkbox"|type="checkbox"[^>]*name="([^"]+)"', page))
    ticked = {one or other: "on" for one, other in names}
    answer = client.post(f"{address}export/", {"format": kind, "resource": "0", **ticked})
    assert answer.status_code == 200, answer.content[:500]
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"].startswith("no-store")
    text = answer.content.decode("utf-8-sig")
    return json.loads(text) if kind == AS_JSON else list(csv.DictReader(io.StringIO(text)))


def upload(client: Client, address: str, text: str, kind: str = AS_CSV) -> Any:
    name = "rows.csv" if kind == AS_CSV else "rows.json"
    file = SimpleUploadedFile(name, text.encode())
    return client.post(f"{address}import/", {"import_file": file, "format": kind, "resource": "0"})


def confirm(client: Client, address: str, preview: Any) -> Any:
    form = preview.context["confirm_form"]
    values = {name: form[name].value() for name in form.fields}
    return client.post(
        f"{address}process_import/", {name: value for name, value in values.items() if value is not None}
    )
