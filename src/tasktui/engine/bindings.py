"""Reads a Serve script's syntax tree: which names are bound to which applications.

Guarantees that nothing of the script runs, and that it ends: what cannot be
told without running it is ``Unseen``, never guessed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Final

from tasktui.engine.values import (
    Application,
    Code,
    Computed,
    Decorator,
    Deployment,
    Imported,
    Literal,
    Names,
    NotLiteral,
    Options,
    Row,
    Table,
    Unseen,
    Value,
    merge,
    plain,
)

STAR: Final = "*"
"""Stands among the names when a module was imported whole: any name may be bound."""

_DEPLOYMENT = {"ray.serve.deployment", "ray.serve.api.deployment"}
_REST = "**"  # a dictionary of options that cannot be told
_CALLS = 50  # of the script's own functions; recursive ones must end somewhere

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_DICT = Imported("builtins.dict")


class Reader:
    """Follows assignments, decorators and calls through one script."""

    def __init__(self, tree: ast.Module) -> None:
        self._calls = 0
        self.names: Names = {"dict": _DICT}
        self._run(tree.body, self.names)

    def call(self, function: Code, arguments: Sequence[Value], options: Options) -> Value:
        """What a function of the script returns. Unseen where that depends on running it."""
        node = function.node
        self._calls += 1
        if isinstance(node, ast.ClassDef):
            return Computed((*arguments, *options.values()))
        if self._calls > _CALLS:
            return Unseen()
        parameters = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
        scope = dict(function.names)
        scope |= dict.fromkeys([*parameters, *(a.arg for a in node.args.kwonlyargs)], Computed())
        scope |= {**dict(zip(parameters, arguments, strict=False)), **options}
        try:
            returned = self._run(node.body, scope)
        except RecursionError:
            return Unseen()
        return merge(*returned) if returned else Computed()

    # -- statements

    def _run(self, body: Iterable[ast.stmt], names: Names) -> list[Value]:
        """Bind what the statements bind; returns the values they return."""
        returned: list[Value] = []
        for statement in body:
            match statement:
                case ast.Return(ast.expr() as value):
                    returned.append(self.value(value, names))
                case ast.Import() | ast.ImportFrom():
                    names.update(_imported(statement))
                case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                    names[statement.name] = self._defined(statement, names)
                case _:
                    self._assign(statement, names)
                    returned += self._branches(statement, names)
        return returned

    def _assign(self, statement: ast.stmt, names: Names) -> None:
        match statement:
            case ast.Assign(targets, value):
                found = self.value(value, names)
                for target in targets:
                    self._bind(target, found, names)
            case ast.AnnAssign(target, _, ast.expr() as value):
                self._bind(target, self.value(value, names), names)
            case ast.AugAssign(target, _, value) | ast.For(target, value):
                self._mix(target, self.value(value, names), names)
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(name) as owner)) as call):
                if isinstance(names.get(name), Literal | Row | Table | Computed):  # append
                    self._mix(owner, self.value(call, names), names)
            case _:
                pass

    def _branches(self, statement: ast.stmt, names: Names) -> list[Value]:
        """Run each way that may be taken on its own; what differs cannot be told."""
        returned: list[Value] = []
        ends: list[Names] = []
        for body in _ways(statement):
            end = dict(names)
            returned += self._run(body, end)
            ends.append(end)
        for name in {name for end in ends for name in end}:
            names[name] = merge(*(end.get(name, Computed()) for end in ends))
        return returned

    def _bind(self, target: ast.expr, value: Value, names: Names) -> None:
        match target, value:
            case ast.Name(name), _:
                names[name] = value
            case ast.Tuple(targets), Row(items) if len(targets) == len(items):
                for one, item in zip(targets, items, strict=True):
                    self._bind(one, item, names)
            case _:
                self._mix(target, value, names)

    def _mix(self, target: ast.expr, value: Value, names: Names) -> None:
        """Something of ``value`` gets into the names of ``target``: an item, an attribute."""
        part = Computed((value,))
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                names[node.id] = merge(names.get(node.id, Computed()), part)

    def _defined(self, node: ast.ClassDef | _Function, names: Names) -> Value:
        found: Value = Code(node.name, node, names)
        for decorator in reversed(node.decorator_list):
            match self.value(decorator, names):
                case Decorator(options):
                    found = _deployment(found, options)
                case Imported(path) if path in _DEPLOYMENT:
                    found = _deployment(found, {})
                case _:
                    pass  # serve.ingress and the like keep the name
        return found

    # -- expressions

    def value(self, node: ast.expr, names: Names) -> Value:
        """What an expression stands for."""
        match node:
            case ast.Name(name):
                return names.get(name, Unseen() if STAR in names else Computed())
            case ast.Attribute(owner, attribute):
                return _attribute(self.value(owner, names), attribute)
            case ast.Call():
                return self._called(node, names)
            case ast.Dict():
                return self._table(node, names)
            case ast.IfExp(_, one, other):
                return merge(self.value(one, names), self.value(other, names))
            case _:
                return self._other(node, names)

    def _other(self, node: ast.expr, names: Names) -> Value:
        if isinstance(node, ast.Tuple | ast.List):
            return Row(tuple(self.value(item, names) for item in node.elts))
        try:
            return Literal(ast.literal_eval(node))
        except (ValueError, TypeError):
            parts = [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)]
            found = Computed(tuple(self.value(part, names) for part in parts))
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            return merge(Computed(), found)  # how many of them there are cannot be told
        return found

    def _table(self, node: ast.Dict, names: Names) -> Value:
        entries: dict[str, Value] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            found = self.value(value, names)
            match key:
                case ast.Constant(str(name)):
                    entries[name] = found
                case None:
                    entries |= _spread(found)
                case _:
                    entries[f"{_REST}{len(entries)}"] = found
        return Table(entries)

    def _called(self, node: ast.Call, names: Names) -> Value:
        arguments = tuple(self.value(a, names) for a in node.args)
        options: dict[str, Value] = {}
        for keyword in node.keywords:
            found = self.value(keyword.value, names)
            options |= {keyword.arg: found} if keyword.arg else _spread(found)
        if not isinstance(node.func, ast.Attribute):
            return self._result(self.value(node.func, names), arguments, options)
        owner, name = self.value(node.func.value, names), node.func.attr
        if isinstance(owner, Deployment):
            return _method(owner, name, arguments, options)
        if name == "bind":
            bare = isinstance(owner, Code) and not owner.node.decorator_list
            return owner if bare else Unseen()
        return self._result(_attribute(owner, name), arguments, options)

    def _result(self, function: Value, arguments: tuple[Value, ...], options: Options) -> Value:
        match function:
            case Decorator(given) if arguments:
                return _deployment(arguments[0], given)
            case Code():
                return self.call(function, arguments, options)
            case Imported(path) if path in _DEPLOYMENT:
                return _deployment(arguments[0], options) if arguments else Decorator(options)
            case Unseen() | Imported(may_be_application=True):
                return Unseen()
            case Imported(path) if not arguments and path.startswith(("ray.", _DICT.path)):
                return Table(options)  # AutoscalingConfig and the like
            case _:
                return Computed((*arguments, *options.values()))


def _attribute(owner: Value, name: str) -> Value:
    return Imported(f"{owner.path}.{name}") if isinstance(owner, Imported) else Computed((owner,))


def _method(owner: Deployment, name: str, arguments: tuple[Value, ...], options: Options) -> Value:
    if name == "bind":
        return Application(owner, (*arguments, *options.values()))
    if name == "options":
        return _deployment(owner, options)
    return Computed()


def _deployment(of: Value, options: Options) -> Value:
    """A deployment of a class, a function or, for ``options``, of another deployment."""
    merged = {**of.options, **options} if isinstance(of, Deployment) else dict(options)
    inherited = of.name if isinstance(of, Deployment | Code) else ""
    try:
        given = plain(options.get("name", Literal(None)))
    except NotLiteral:
        return Deployment("", merged)
    name = given if isinstance(given, str) else inherited
    return Deployment("" if any(key.startswith(_REST) for key in options) else name, merged)


def _spread(value: Value) -> Options:
    return value.entries if isinstance(value, Table) else {_REST: value}


def _imported(node: ast.Import | ast.ImportFrom) -> Names:
    if isinstance(node, ast.Import):
        tops = {a.name.partition(".")[0] for a in node.names if not a.asname}
        renamed = {a.asname: Imported(a.name) for a in node.names if a.asname}
        return {**{top: Imported(top) for top in tops}, **renamed}
    module = "." * node.level + (node.module or "")
    return {a.asname or a.name: Imported(f"{module}.{a.name}") for a in node.names}


def _ways(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The statements inside a compound one, a list for each way that may be taken."""
    match statement:
        case ast.If(test, body, orelse):
            return [orelse] if _is_main(test) else [body, orelse]
        case ast.For(body=body, orelse=orelse) | ast.While(body=body, orelse=orelse):
            return [[*body, *orelse], orelse]
        case ast.With(body=body):
            return [body]
        case ast.Try(body, handlers, orelse, final):
            return [[*body, *orelse, *final], *([*h.body, *final] for h in handlers)]
        case ast.Match(_, cases):
            return [*(c.body for c in cases), []]
        case _:
            return []


def _is_main(test: ast.expr) -> bool:
    """Whether this is ``__name__ == "__main__"``: Ray imports the script."""
    return isinstance(test, ast.Compare) and ast.unparse(test.left) == "__name__"
