import builtins
import inspect
import sys
import types

UNKNOWN = object()
METHODS = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodType, classmethod, staticmethod,
    types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType,
)


def mro(kind):
    return type.__dict__["__mro__"].__get__(kind)


def space(kind):
    return type.__dict__["__dict__"].__get__(kind)


def is_one_of(kind, kinds):
    # A metaclass may have an `__eq__`, which `in` would call.
    return any(kind is one for one in kinds)


def is_class(value):
    return is_one_of(type, mro(type(value)))


def held(value):
    for kind in mro(type(value)):
        found = space(kind).get("__dict__")
        if is_one_of(type(found), (types.GetSetDescriptorType, types.MemberDescriptorType)):
            values = found.__get__(value)
            return values if is_one_of(type(values), (dict, types.MappingProxyType)) else {}
    return {}


def promised(getter):
    # What a property gives by its annotation; it is not asked. Later Pythons compute annotations.
    if type(getter) is not types.FunctionType or sys.version_info >= (3, 14):
        return None
    kind = getter.__annotations__.get("return")
    if type(kind) is str:
        kind = getter.__globals__.get(kind)
    return (kind, UNKNOWN) if is_class(kind) else None


def step(place, name):
    kind, value = place
    found = inspect.getattr_static(kind if value is UNKNOWN else value, name, UNKNOWN)
    if found is UNKNOWN:
        return None
    if type(found) is property:
        return promised(found.fget)
    if not is_one_of(type(found), METHODS) and any("__get__" in space(one) for one in mro(type(found))):
        return None
    return type(found), found


def members(place):
    kind, value = place
    known = set()
    for one in mro(kind):
        known.update(space(one))
    if value is not UNKNOWN:
        known.update(held(value))
        for one in mro(value) if is_class(value) else ():
            known.update(space(one))
    return known


def known():
    if not path:
        return set(names) | set(vars(builtins))
    found = names.get(path[0], vars(builtins).get(path[0], UNKNOWN))
    place = None if found is UNKNOWN else (type(found), found)
    for name in path[1:]:
        place = place and step(place, name)
    return members(place) if place else ()


def is_near(name):
    # What the word can mean has all of its letters, in their order.
    letters = iter(name.lower())
    return all(letter in letters for letter in word.lower())


found = sorted(
    name for name in known()
    if type(name) is str and name.isidentifier() and (hidden or name[0] != "_")
)
if len(found) > 2000:
    # Those that begin so come first, so that they are not what is cut.
    found = sorted(filter(is_near, found), key=lambda name: not name.lower().startswith(word.lower()))
    found = ["..."] + found[:2000]
print(*found)
