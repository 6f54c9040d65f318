import { expect, test } from "vitest";
import { field } from "../src/csv";

test.each([
  [null, ""],
  ["a,b", '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ["=1+1", "'=1+1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["-0.5", "-0.5"],
  [-5, "-5"],
  ["two\nlines", '"two\nlines"'],
  [true, "true"],
])("the field %j is written %s", (value, text) => expect(field(value)).toBe(text));
