"""`python scripts/generate.py` writes `src/pact_langchain/_generated` from the API's description; needs Python alone."""

import json
import keyword
import re
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent
SOURCE = PACKAGE.parent.parent / "packages" / "sdk" / "openapi.json"
TARGET = PACKAGE / "src" / "pact_langchain" / "_generated"

NOTE = "Generated from openapi.json by scripts/generate.py. Do not edit."
# An operation without a body answers in a header; this is what Python calls it.
HEADER_FIELDS = {"X-Pact-Erasure": "erasure_id"}
PRIMITIVES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}

TYPING = ("Any", "Dict", "List", "Literal", "Mapping", "Optional", "Sequence", "Union", "cast")

Schema = dict[str, Any]


def snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def pascal_case(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))


def identifier(name: str) -> str:
    """`from` is a word of Python's."""
    return f"{name}_" if keyword.iskeyword(name) else name


def facts(schema: Schema) -> str:
    """Description, default and range, in words; a range that the description tells is not told again."""
    description = schema.get("description", "")
    told: list[str] = []
    if "default" in schema:
        told.append(f"default {json.dumps(schema['default'])}")
    low, high = schema.get("minimum"), schema.get("maximum")
    if (
        low is not None
        and high is not None
        and high < 2**53 - 1
        and not (str(low) in description and str(high) in description)
    ):
        told.append(f"{low} to {high}")
    if "maxLength" in schema:
        told.append(f"at most {schema['maxLength']} characters")
    if "maxItems" in schema:
        told.append(f"{schema.get('minItems', 0)} to {schema['maxItems']} items")
    range_text = ", ".join(told)
    range_text = f"{range_text[0].upper()}{range_text[1:]}." if range_text else ""
    return (
        " ".join(part for part in (description, range_text) if part)
        .replace("\\", "\\\\")
        .replace('"""', "'''")
    )


class Models:
    """Collects every type of the description as source text; an object inside another gets a name of its
    own.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.declarations: dict[str, str] = {}
        for name, schema in document["components"]["schemas"].items():
            self.component(name, schema)

    def component(self, name: str, schema: Schema) -> None:
        if "properties" in schema:
            self.declare(name, schema, is_input=False)
            return
        text = f"{name} = {self.type_of(schema, name, is_input=False)}\n"
        if facts(schema):
            text += f'"""{facts(schema)}"""\n'
        self.declarations[name] = text

    def type_of(self, schema: Schema, name: str, is_input: bool) -> str:
        """The type of a value; `name` is what an object that has no name yet will be called."""
        if "$ref" in schema:
            return str(schema["$ref"].rsplit("/", 1)[1])
        if "const" in schema:
            return f"Literal[{json.dumps(schema['const'])}]"
        if "enum" in schema:
            return f"Literal[{', '.join(json.dumps(value) for value in schema['enum'])}]"
        if "anyOf" in schema:
            options = schema["anyOf"]
            names = [
                f"{name}{index + 1}"
                if len(options) > 1 and is_object(option) and not is_nullable(options)
                else name
                for index, option in enumerate(options)
            ]
            return union(
                [self.type_of(option, option_name, is_input) for option, option_name in zip(options, names)]
            )
        if isinstance(schema.get("type"), list):
            return union([self.type_of({**schema, "type": kind}, name, is_input) for kind in schema["type"]])
        if "items" in schema:
            item = self.type_of(schema["items"], singular(name), is_input)
            return f"{'Sequence' if is_input else 'List'}[{item}]"
        if isinstance(schema.get("additionalProperties"), dict) or (
            schema.get("type") == "object" and "properties" not in schema
        ):
            return "Mapping[str, Any]" if is_input else "Dict[str, Any]"
        if "properties" in schema:
            self.declare(name, schema, is_input)
            return name
        if schema.get("format") == "date-time" and is_input:
            return "Union[str, datetime]"
        return PRIMITIVES.get(schema.get("type", ""), "Any")

    def declare(self, name: str, schema: Schema, is_input: bool) -> None:
        required = set(schema.get("required", []))
        fields: list[tuple[str, str, str]] = []
        for key, field in schema["properties"].items():
            kind = self.type_of(field, name + pascal_case(key), is_input)
            fields.append((key, kind if key in required else f"NotRequired[{kind}]", facts(field)))
        text = (
            functional(name, fields, facts(schema))
            if any(keyword.iskeyword(key) for key, _, _ in fields)
            else class_of(name, fields, facts(schema))
        )
        if self.declarations.setdefault(name, text) != text:
            raise ValueError(f"Two types would both be called {name}.")

    def text(self) -> str:
        code = "\n\n".join(self.in_order())
        return (
            f'"""What the API takes and answers. {NOTE}"""\n\n'
            f"{standard_imports(code)}\n"
            f"from typing_extensions import NotRequired, TypedDict\n\n{code}"
        )

    def in_order(self) -> list[str]:
        """Each declaration after those it names: an alias is evaluated where it stands."""
        ordered: dict[str, str] = {}

        def place(name: str) -> None:
            if name in ordered:
                return
            for word in re.findall(
                r"\b[A-Z]\w+\b", re.sub(r'""".*?"""', "", self.declarations[name], flags=re.S)
            ):
                if word != name and word in self.declarations:
                    place(word)
            ordered[name] = self.declarations[name]

        for name in list(self.declarations):
            place(name)
        return list(ordered.values())


def is_object(schema: Schema) -> bool:
    return "properties" in schema or "properties" in schema.get("items", {})


def is_nullable(options: list[Schema]) -> bool:
    return len(options) == 2 and any(option.get("type") == "null" for option in options)


def singular(name: str) -> str:
    return (
        name[:-3] + "y"
        if name.endswith("ies")
        else name[:-1]
        if name.endswith("s") and not name.endswith("ss")
        else name
    )


def union(types: list[str]) -> str:
    unique = list(dict.fromkeys(types))
    others = [kind for kind in unique if kind != "None"]
    inner = others[0] if len(others) == 1 else f"Union[{', '.join(others)}]"
    return f"Optional[{inner}]" if "None" in unique else inner


def class_of(name: str, fields: list[tuple[str, str, str]], doc: str) -> str:
    lines = [f"class {name}(TypedDict):"]
    if doc:
        lines += [f'    """{doc}"""', ""]
    for key, kind, about in fields:
        lines.append(f"    {key}: {kind}")
        if about:
            lines.append(f'    """{about}"""')
    return "\n".join(lines) + "\n"


def functional(name: str, fields: list[tuple[str, str, str]], doc: str) -> str:
    """The form for a type with a key that is a word of Python's."""
    lines = [f"{name} = TypedDict(", f'    "{name}",', "    {"]
    for key, kind, about in fields:
        if about:
            lines += [f"        # {line}" for line in about.splitlines()]
        lines.append(f'        "{key}": {kind},')
    lines += ["    },", ")"]
    if doc:
        lines.append(f'"""{doc}"""')
    return "\n".join(lines) + "\n"


class Operation:
    """One operation, with what a method of it needs to know."""

    def __init__(self, path: str, method: str, described: dict[str, Any], models: Models) -> None:
        self.path, self.method, self.described = path, method.upper(), described
        identity = described["operationId"]
        self.name = snake_case(identity)
        pascal = pascal_case(self.name)
        parameters = described.get("parameters", [])
        self.path_fields = [self.field(p, models, pascal) for p in parameters if p["in"] == "path"]
        self.query_fields = [self.field(p, models, pascal) for p in parameters if p["in"] == "query"]
        body = json_of(described.get("requestBody", {})) or {}
        required = set(body.get("required", []))
        self.body_fields = [
            self.field({"name": name, "schema": schema, "required": name in required}, models, pascal)
            for name, schema in body.get("properties", {}).items()
        ]
        self.responses = described["responses"]
        status = next(status for status in self.responses if status.startswith("2"))
        answer = json_of(self.responses[status])
        self.item = page_item(answer)
        self.headers = [] if answer else list(self.responses[status].get("headers", {}))
        self.answer = "None"
        if self.item:
            self.answer = models.type_of(self.item, pascal + "Item", is_input=False)
        elif answer:
            self.answer = models.type_of(answer, pascal + "Answer", is_input=False)
        elif self.headers:
            self.answer = pascal + "Answer"
            keys = [(HEADER_FIELDS[header], "str", "") for header in self.headers]
            models.declarations[self.answer] = class_of(self.answer, keys, "")

    def field(self, parameter: dict[str, Any], models: Models, pascal: str) -> tuple[str, str, bool, str]:
        name, schema = parameter["name"], parameter["schema"]
        kind = models.type_of(schema, pascal + pascal_case(name), is_input=True)
        about = facts({"description": parameter.get("description", ""), **schema})
        return name, kind, bool(parameter.get("required")), about

    @property
    def needs_key(self) -> bool:
        return self.described.get("security") != []

    @property
    def answering_statuses(self) -> list[int]:
        """Statuses of 400 and above that carry an answer all the same, as a health check's 503."""
        error = "#/components/schemas/Error"
        found = [(int(status), json_of(response)) for status, response in self.responses.items()]
        return [
            status for status, schema in found if status >= 400 and schema and schema.get("$ref") != error
        ]

    def spec(self) -> str:
        parts = [f'"{self.method}"', f'"{self.path}"']
        if self.method == "POST" and self.body_fields:
            parts.append("has_body=True")
        if self.answer == "None" or self.headers:
            parts.append("has_answer=False")
        if self.headers:
            parts.append(f'answer_header=("{self.headers[0]}", "{HEADER_FIELDS[self.headers[0]]}")')
        if self.answering_statuses:
            parts.append(f"answering_statuses=({', '.join(map(str, self.answering_statuses))},)")
        if not self.needs_key:
            parts.append("needs_key=False")
        return f"{self.name.upper()} = Operation({', '.join(parts)})\n"

    def method_text(self, asynchronous: bool) -> str:
        fields = self.path_fields + self.query_fields + self.body_fields
        fields = [f for f in fields if f[2]] + [f for f in fields if not f[2]]
        options = ["idempotency_key: Optional[str] = None"] if self.method == "POST" else []
        options += ["timeout: Optional[float] = None", "max_retries: Optional[int] = None"]
        parameters = ["self"]
        for name, kind, required, _ in fields:
            parameters.append(
                f"{identifier(name)}: {kind}" if required else f"{identifier(name)}: Optional[{kind}] = None"
            )
        parameters += ["*", *options]
        page = "AsyncPage" if asynchronous else "Page"
        result = f"{page}[{self.answer}]" if self.item else self.answer
        verb = "list" if self.item else "call"
        wait, word = ("await ", "async def") if asynchronous else ("", "def")
        listed = ",\n        ".join(parameters)
        key = "idempotency_key" if self.method == "POST" else "None"
        call = (
            f"{wait}self._{verb}(\n            operations.{self.name.upper()},\n"
            f"            {dictionary(self.path_fields)},\n            {dictionary(self.query_fields)},\n"
            f"            {dictionary(self.body_fields)},\n            CallOptions({key}, timeout, max_retries),\n        )"  # noqa: E501
        )
        returned = call if self.item else f"cast({result}, {call})"
        return f"    {word} {self.name}(\n        {listed},\n    ) -> {result}:\n{self.docstring(fields)}        return {returned}\n"  # noqa: E501

    def docstring(self, fields: list[tuple[str, str, bool, str]]) -> str:
        described = self.described
        summary = ". ".join(
            part.rstrip(".") for part in (described.get("summary"), described.get("description")) if part
        )
        lines = [f"{summary}.", "", f"`{self.method} {self.path}`"]
        told = [(identifier(name), about) for name, _, _, about in fields if about]
        if told:
            lines += ["", "Args:", *(f"    {name}: {about}" for name, about in told)]
        missing = self.responses.get("404")
        if missing:
            lines += ["", "Raises:", f"    NotFoundError: {re.sub(r'^`.*?`: ', '', missing['description'])}"]
        first, *rest = lines
        text = "\n".join(
            [f'        """{first}', *(f"        {line}".rstrip() for line in rest), '        """']
        )
        return text + "\n"


def json_of(content: dict[str, Any]) -> Any:
    return content.get("content", {}).get("application/json", {}).get("schema")


def page_item(schema: Any) -> Any:
    properties = (schema or {}).get("properties", {})
    return properties["data"]["items"] if {"next_cursor", "has_more"} <= set(properties) else None


def dictionary(fields: list[tuple[str, str, bool, str]]) -> str:
    return "{" + ", ".join(f'"{name}": {identifier(name)}' for name, _, _, _ in fields) + "}"


def client_class(operations: list[Operation], asynchronous: bool) -> str:
    name, page, word = (
        ("AsyncOperations", "AsyncPage", "async def") if asynchronous else ("Operations", "Page", "def")
    )
    arguments = "self, operation: Operation, path: Fields, query: Fields, body: Fields, options: CallOptions"
    methods = "\n".join(operation.method_text(asynchronous) for operation in operations)
    return f'''class {name}:
    """The operations of the API, one method each. How a call travels is its subclass's."""

    {word} _call({arguments}) -> Any:
        raise NotImplementedError

    {word} _list({arguments}) -> {page}[Any]:
        raise NotImplementedError

{methods}'''


def words_of(code: str) -> set[str]:
    """The names in source text, but for those in its docstrings."""
    return set(re.findall(r"\w+", re.sub(r'""".*?"""', "", code, flags=re.S)))


def standard_imports(code: str) -> str:
    """Imports of what a source text uses of Python's own."""
    words = words_of(code)
    dated = "from datetime import datetime\n" if "datetime" in words else ""
    return f"{dated}from typing import {', '.join(name for name in TYPING if name in words)}\n"


def generate(document: dict[str, Any]) -> dict[str, str]:
    """The generated files, name to text."""
    models = Models(document)
    operations = [
        Operation(path, method, described, models)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
        if not any(
            "text/event-stream" in response.get("content", {}) for response in described["responses"].values()
        )
    ]
    classes = client_class(operations, False) + "\n\n" + client_class(operations, True)
    words = words_of(classes)
    imported = "".join(f"    {name},\n" for name in sorted(models.declarations) if name in words)
    clients = f'''"""One method an operation, twice. {NOTE}"""

{standard_imports(classes)}
from .._pages import AsyncPage, Page
from .._request import CallOptions, Fields, Operation
from . import operations
from .models import (
{imported})


{classes}'''
    specs = "".join(operation.spec() for operation in operations)
    return {
        "__init__.py": f'"""{NOTE}"""\n',
        "models.py": models.text(),
        "operations.py": f'"""Where each operation lives on the wire. {NOTE}"""\n\nfrom .._request import Operation\n\n{specs}',  # noqa: E501
        "clients.py": clients,
    }


if __name__ == "__main__":
    for name, text in generate(json.loads(SOURCE.read_text(encoding="utf-8"))).items():
        (TARGET / name).write_text(text, encoding="utf-8")
