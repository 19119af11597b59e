/** Signing out changes something, so it is a POST with the token that Django left in its cookie. */
export function signOut(address: string): void {
  const token = /(?:^|; )(?:__Host-)?csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "csrfmiddlewaretoken";
  field.value = token ?? "";
  form.append(field);
  document.body.append(form);
  form.submit();
}
