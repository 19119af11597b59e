import createClient from "openapi-fetch";
import { csrfToken } from "./csrf";
import type { components, paths } from "./schema";

/** The one way to the API: typed requests, one error shape, and back to sign-in when the session has ended. */

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: (request) => globalThis.fetch(request),
});

api.use({
  onRequest: ({ request }) => {
    if (request.method !== "GET") request.headers.set("X-CSRFToken", csrfToken());
  },
});

export class ApiError extends Error {
  constructor(
    /** 0: no answer at all. */
    readonly status: number,
    message: string,
    /** What the person can do about it, where the server knows. */
    readonly action: string | null,
    /** What kind of refusal it is, where the server says. */
    readonly code: string | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export function signInAddress(from: { pathname: string; search: string }): string {
  return `/accounts/login/?next=${encodeURIComponent(from.pathname + from.search)}`;
}

type Asked<Data> = Promise<{
  data?: Data;
  error?: components["schemas"]["Error"];
  response: Response;
}>;

/**
 * What was answered. Raises ApiError; leaves for the sign-in page where the session has ended, and for the page that
 * tells of it where Plumbline has closed for maintenance.
 */
export async function answer<Data>(asked: Asked<Data>): Promise<Data> {
  const { data, error, response } = await asked.catch(() => {
    throw new ApiError(0, "Plumbline cannot be reached.", "Check your network, then try again.");
  });
  if (response.status === 401) {
    window.location.assign(signInAddress(window.location));
    return new Promise(() => undefined);
  }
  if (error?.code === "maintenance") {
    window.location.reload();
    return new Promise(() => undefined);
  }
  if (data !== undefined) return data;
  // A proxy's own error page has another shape than the API's errors.
  throw new ApiError(
    response.status,
    error?.message ?? `The server answered ${response.status}.`,
    error?.action ?? null,
    error?.code ?? null,
  );
}
