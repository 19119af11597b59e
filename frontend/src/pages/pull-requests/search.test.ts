import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { searchSchema } from "./search";

const read = (search: unknown) => v.parse(searchSchema, search);

describe("an address", () => {
  it("keeps what it says", () => {
    const search = { team: "a", days: 30, bots: true, sort: "-size", page: 2, tables: ["stages"] };
    expect(read(search)).toEqual(search);
  });

  it("opens even where parts of it cannot be read", () => {
    expect(
      read({ team: 7, days: 31, from: "x", page: -1, sort: "rank", tables: ["none"], pr: "11" }),
    ).toEqual({});
  });
});
