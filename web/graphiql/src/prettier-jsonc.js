// Prettier's printer of JSON comes with its printer and parser of JavaScript, half a megabyte: this formats JSON with what the
// editor parses it with anyway. It stands in for both modules, `printers` of one and `parsers` of the other.
import { applyEdits, format } from "jsonc-parser";

const FORMAT = "jsonc-text";

export const parsers = {
  jsonc: {
    astFormat: FORMAT,
    parse: (text) => ({ text: applyEdits(text, format(text, undefined, { insertSpaces: true, tabSize: 2 })), length: text.length }),
    locStart: () => 0,
    locEnd: ({ length }) => length,
  },
};

export const printers = {
  [FORMAT]: { print: ({ node }) => node.text },
};
