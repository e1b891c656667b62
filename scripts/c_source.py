# SPDX-License-Identifier: GPL-2.0
"""Reads C and C++ as tokens: for checks that must not depend on how a line is laid out."""
import bisect
import functools
import os
import pathlib
import re
import sys

SPLICE = re.compile(r"\\[ \t]*\r?\n")
TOKEN = re.compile(r"""
    (?P<space>\s+|/\*.*?\*/|//[^\n]*)
  | (?P<string>(?:u8|[uUL])?R"(?P<end>[^()\s\\]{0,16})\(.*?\)(?P=end)"
             | (?:u8|[uUL])?"(?:\\.|[^"\\\n])*" | (?:u8|[uUL])?'(?:\\.|[^'\\\n])+')
  | (?P<name>[A-Za-z_$][\w$]*)
  | (?P<number>\.?\d(?:'\w|[eEpP][+-]|[\w.])*)
  | (?P<sign>->|\+\+|--|<<|>>|\#\#|%:|&&|\|\||[<>=!+\-*/%&|^]=|::|\.\.\.|.)""", re.S | re.X)
HEADER = re.compile(r'(?:\s|/\*.*?\*/)*(?:<([^>\n]+)>|"([^"\n]+)")', re.S)
CLOSING = {"(": ")", "[": "]", "{": "}"}


class Token(str):
    """A token: its text, and the number of its line."""
    line = 0


class Source:
    """What a file consists of: includes, macros, the code outside of directives, and all tokens."""

    def __init__(self, text):
        pieces = SPLICE.split(text)
        ends = []
        for piece in pieces[:-1]:
            ends.append((ends[-1] if ends else 0) + len(piece))
        joined = "".join(pieces)
        newlines = [found.start() for found in re.finditer("\n", joined)]
        self.lines = text.splitlines()
        self.includes, self.macros, self.code, self.tokens = [], [], [], []
        directive = None
        begins = True
        for found in TOKEN.finditer(joined):
            piece = found.group(0)
            if found.group("space"):
                if "\n" in piece and not piece.startswith("/*"):
                    begins = True
                    directive = None
                continue
            token = Token(piece)
            token.line = 1 + bisect.bisect_left(newlines, found.start()) + bisect.bisect_right(ends, found.start())
            if begins and token in {"#", "%:"}:
                directive = []
            elif directive is None:
                self.code.append(token)
                self.tokens.append(token)
            else:
                if directive == ["define"]:
                    macro = []
                    # A parenthesis right behind the name begins parameters.
                    self.macros.append((token, joined[found.end():found.end() + 1] == "(", macro))
                elif directive[:1] == ["define"]:
                    macro.append(token)
                directive.append(token)
                self.tokens.append(token)
                at = found.end()
                if directive in (["include"], ["include_next"], ["import"], ["embed"]):
                    self.note_include(joined, at, token)
                elif token.startswith("__has_") and token.endswith(("include", "include_next", "embed")):
                    self.note_include(joined, re.compile(r"\s*\(?").match(joined, at).end(), token)
            begins = False
        self.names = {}
        for token in self.tokens:
            if token[0].isalpha() or token[0] in "_$":
                self.names.setdefault(str(token), token.line)
        self.own_prefix = [each for each in self.names if each.startswith(("sysvipc_", "_Z"))]
        self.c_prefix = [each for each in self.names if each.startswith(("kapi_", "host_", "intercept_"))]
        self.called_c = [token for token, following in zip(self.tokens, self.tokens[1:])
                         if following == "(" and token.startswith(("kapi_", "host_", "intercept_"))]

    def note_include(self, text, at, token):
        header = HEADER.match(text, at)
        quoted = bool(header and header.group(2))
        self.includes.append((token.line, quoted, header and (header.group(1) or header.group(2)).strip()))


@functools.lru_cache(maxsize=None)
def source_of(text):
    return Source(text)


def group(tokens):
    """Tokens with what is in brackets as one element: a list that begins with the bracket."""
    stack = [[]]
    for token in tokens:
        if token in CLOSING:
            stack.append([token])
        elif token in CLOSING.values() and len(stack) > 1:
            inner = stack.pop()
            stack[-1].append(inner)
        else:
            stack[-1].append(token)
    while len(stack) > 1:
        inner = stack.pop()
        stack[-1].append(inner)
    return stack[0]


def flat(element):
    if isinstance(element, Token):
        yield element
    else:
        for each in element:
            yield from flat(each)


def is_group(element, bracket):
    return isinstance(element, list) and element[0] == bracket


def declarations(elements):
    """What stands outside of functions: each declaration, and the body if it is a function."""
    head = []
    for element in elements:
        if is_group(element, "{") and head[-1:] == ['"C"']:
            yield from declarations(element[1:])
            head = []
        elif is_group(element, "{") and function_name(head):
            yield head, element
            head = []
        elif element == ";":
            yield head, None
            head = []
        else:
            head = head + [element]
    if head:
        yield head, None


IS_NO_TYPE = re.compile(r"static|extern|inline|const|volatile|register|auto|noinline|__\w*|[A-Z][A-Z0-9_]*")
ATTRIBUTES = {"__attribute__", "__attribute", "alignas", "_Alignas", "KAPI_ALIGNAS", "__aligned", "__section"}
LINKAGE = {"KAPI_BEGIN", "KAPI_END", "KAPI_NOEXCEPT"}


def bare(head):
    """A declaration without attributes."""
    result = []
    for element in head:
        if is_group(element, "(") and result and str(result[-1]) in ATTRIBUTES:
            result.pop()
        elif str(element) not in LINKAGE:
            result.append(element)
    return result


def function_name(head):
    """What function a declaration declares; None: it declares something else, or several things."""
    head = bare(head)
    if len(head) < 3 or not is_group(head[-1], "(") or not all(isinstance(word, Token) for word in head[:-1]):
        return None
    name, words = head[-2], head[:-2]
    if not re.fullmatch(r"\w*[a-z]\w*", name) or not all(re.fullmatch(r"\w+|\*", word) for word in words):
        return None
    return name if any(word != "*" and not IS_NO_TYPE.fullmatch(word) for word in words) else None


def is_constant(head):
    """Whether a declaration is of a variable that does not vary."""
    words = head[:head.index("=")] if "=" in head else head
    if any(is_group(word, "(") for word in words) or "," in words:
        return False
    stars = [index for index, word in enumerate(words) if word == "*"]
    return "const" in words[stars[-1] if stars else 0:] and "volatile" not in words


def is_type(head):
    if head[0] == "typedef":
        return True
    return head[0] in {"struct", "union", "enum"} and len(head) <= 3 and \
        all(is_group(word, "{") or isinstance(word, Token) for word in head[1:]) and \
        not (len(head) == 3 and not is_group(head[2], "{"))


def read(top):
    """The files of a tree, and what is none."""
    files, odd = {}, []
    for folder in ("src", "include"):
        if not (top / folder).is_dir():
            sys.exit(f"{top}: no tree of the module: there is no {folder}")
        for path, folders, names in os.walk(top / folder):
            for name in sorted(folders + names):
                whole = pathlib.Path(path, name)
                if whole.is_symlink():
                    odd.append(f"{whole.relative_to(top)}: a link")
                elif name in names:
                    files[str(whole.relative_to(top))] = whole.read_text()
    return files, odd
