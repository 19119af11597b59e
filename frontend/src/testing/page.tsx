import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { vi } from "vitest";
import { makeRouter } from "../routes";
import { theme } from "../ui/theme";
import { definitions, detail, figures, me, quality, row, status, whole } from "./answers";

export type Answers = Record<string, (query: URLSearchParams) => unknown>;

/** Refuses instead of answering. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {}
}

const USUAL: Answers = {
  "/api/v1/me": () => me(),
  "/api/v1/status": () => status(),
  "/api/v1/definitions": () => definitions,
  "/api/v1/pull-requests/figures": () => figures(),
  "/api/v1/pull-requests/scatter": () => ({
    points: [],
    n: 0,
    shown: 0,
    sampled: false,
    completeness: whole,
  }),
  "/api/v1/pull-requests": () => ({
    items: [row()],
    total: 1,
    page: 1,
    page_size: 25,
    completeness: whole,
  }),
  "/api/v1/pull-requests/11": () => detail(),
  "/api/v1/pull-requests/11/issues": () => ({ items: [], may_correct: false }),
  "/api/v1/completeness": () => quality(),
};

/** Opens an address of the application on an API that answers as told; tells what was asked and sent, and where it stands. */
export function open(address: string, answers: Answers = {}) {
  const asked: string[] = [];
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    asked.push(url.pathname + url.search);
    if (request.method === "POST") sent.push(JSON.parse((await request.text()) || "null"));
    const found = (answers[url.pathname] ?? USUAL[url.pathname])?.(url.searchParams);
    if (found instanceof Refusal) return Response.json(found.body, { status: found.status });
    if (found === undefined) throw new TypeError(`nothing answers ${url.pathname}`);
    return Response.json(found);
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = makeRouter(client, createMemoryHistory({ initialEntries: [address] }));
  render(
    <MantineProvider theme={theme} env="test">
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { asked, sent, search: () => router.state.location.search };
}
