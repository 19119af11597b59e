/** The one way to the API: typed requests, one error shape, and back to sign-in when the session has ended. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** What the person can do about it, where the server knows. */
    readonly action: string | null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export function signInAddress(from: { pathname: string; search: string }): string {
  return `/accounts/login/?next=${encodeURIComponent(from.pathname + from.search)}`;
}

type Query = Record<string, string | number | boolean>;

/** Raises ApiError; leaves for the sign-in page where the session has ended. */
export async function get<T>(path: string, query: Query = {}): Promise<T> {
  const parameters = new URLSearchParams(
    Object.entries(query).map(([key, value]) => [key, String(value)]),
  );
  const address = parameters.size > 0 ? `${path}?${parameters}` : path;
  let response: Response;
  try {
    response = await fetch(address, { headers: { Accept: "application/json" } });
  } catch {
    throw new ApiError(
      0,
      "unreachable",
      "Plumbline cannot be reached.",
      "Check your network, then try again.",
    );
  }
  if (response.status === 401) {
    window.location.assign(signInAddress(window.location));
    return new Promise(() => undefined);
  }
  if (!response.ok) throw await errorOf(response);
  return response.json();
}

async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const said = typeof body === "object" && body !== null ? body : {};
  const text = (key: "code" | "message" | "action"): string | null => {
    const value = (said as Record<string, unknown>)[key];
    return typeof value === "string" ? value : null;
  };
  return new ApiError(
    response.status,
    text("code") ?? "unexpected",
    text("message") ?? `The server answered ${response.status}.`,
    text("action"),
  );
}
