import { ApiError } from "../api/client";

/** What to tell the person about a request that failed. */
export function failureOf(error: Error): { message: string; action: string | null } {
  if (error instanceof ApiError) return { message: error.message, action: error.action };
  return {
    message: "The page could not be shown.",
    action: "Try again; if it stays, tell your administrator.",
  };
}
