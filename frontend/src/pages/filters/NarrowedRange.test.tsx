import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { figures } from "../../testing/answers";
import { open } from "../../testing/page";

const FIGURES = "/api/v1/pull-requests/figures";

it("says which days the figures are of, and why not of all", async () => {
  const { range } = figures();
  const narrowed = { ...range, from: "2026-06-01", to: "2026-08-09", narrowed: true };
  open("/pull-requests", { [FIGURES]: () => figures({ range: narrowed }) });
  const note = await screen.findByRole("note");
  expect(note.textContent).toContain("The figures are of 1 Jun – 8 Aug 2026 only.");
  expect(note.textContent).toContain("too few people");
});

it("says nothing where the figures are of what was asked for", async () => {
  open("/pull-requests");
  await screen.findByText("1 d 4 h");
  expect(screen.queryByRole("note")).toBeNull();
});
