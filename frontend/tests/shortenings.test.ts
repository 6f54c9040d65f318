import { expect, test } from "vitest";
import type { CallRow } from "../src/answers";
import { shortenings } from "../src/charts/trace";

const call = (kind: string, reason: string): CallRow => ({ record_id: `${kind} ${reason}`, kind, reason }) as CallRow;

test("a compaction and the call after it are one", () => {
  const shortening = call("compaction", "user_message");
  const after = call("turn", "post_compaction");
  expect(shortenings([shortening, after])).toEqual([shortening]);
  expect(shortenings([after])).toEqual([after]);
});
