#!/usr/bin/env python3
"""documentation_examples.py OUTPUT HEADER...: one C++ program of all examples in the headers' comments.

An example is a run of lines in a `///` comment that are indented by four or more spaces. One that begins with the
definition of a function is placed as it stands, any other becomes the body of a function that main calls.
"""
import pathlib
import re
import sys

EXAMPLE_LINE = re.compile(r"^\s*///     ?(?P<code> *\S.*)$")
FUNCTION = re.compile(r"^(template\b|[a-z][\w:<>]* \w+\(.*\) \{$)")


def examples(header):
    """Pairs of a line number and the code there."""
    found, begin = [], 0
    for number, line in enumerate(header.read_text().splitlines(), 1):
        match = EXAMPLE_LINE.match(line)
        if not match:
            begin = 0
        elif begin:
            found[-1][1].append(match["code"])
        else:
            begin = number
            found.append((number, [match["code"]]))
    return found


def main():
    output, headers = pathlib.Path(sys.argv[1]), [pathlib.Path(name) for name in sys.argv[2:]]
    parts, calls = [], []
    for header in sorted(headers):
        for number, code in examples(header):
            text = f'#line {number} "{header}"\n' + "\n".join(code)
            if FUNCTION.match(code[0].strip()):
                parts.append(text)
                continue
            name = f"example_{len(calls)}"
            parts.append(f"void {name}() {{\n{text}\n}}")
            calls.append(f'    run("{header.name}:{number}", {name});')
    if not calls:
        sys.exit("no example found")
    output.write_text(
        "// Written by documentation_examples.py: the examples of the headers' comments.\n"
        '#include "documentation_examples.h"\n\nnamespace {\n\n'
        + "\n\n".join(parts)
        + "\n\n}  // namespace\n\nint main() {\n"
        + "\n".join(calls)
        + f'\n    std::printf("{len(calls)} examples\\n");\n}}\n'
    )


main()
