import { csrfToken } from "../api/csrf";

/** Signing out changes something, so it is a POST. */
export function signOut(address: string): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "csrfmiddlewaretoken";
  field.value = csrfToken();
  form.append(field);
  document.body.append(form);
  form.submit();
}
