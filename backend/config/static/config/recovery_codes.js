// Copy and print the recovery codes. Without this script the page works: the codes can be selected.
for (const button of document.querySelectorAll("[data-copy]")) {
  const list = document.getElementById(button.dataset.copy);
  if (!navigator.clipboard || !list) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const codes = Array.from(list.querySelectorAll("code"), (code) => code.textContent);
    await navigator.clipboard.writeText(codes.join("\n"));
    button.textContent = "Copied";
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
