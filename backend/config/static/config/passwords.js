// Look at what is typed, and be told how hard it is to guess. Without this script the pages work as well.
const ENOUGH = 12;

function judged(password) {
  const missing = ENOUGH - password.length;
  if (missing > 0) return [0, `${missing} more characters`];
  const different = new Set(password.toLowerCase()).size;
  if (different < 6) return [1, "Easy to guess: few different characters"];
  if (password.length < 16) return [2, "Fair: longer is better"];
  if (password.length < 20) return [3, "Good"];
  return [4, "Strong"];
}

function withMeter(input, row) {
  const meter = Object.assign(document.createElement("meter"), { min: 0, max: 4, low: 2, high: 3, optimum: 4 });
  const word = document.createElement("output");
  const strength = document.createElement("div");
  meter.setAttribute("aria-label", "Strength");
  word.id = `${input.id}_strength`;
  strength.className = "strength";
  strength.append(meter, word);
  row.after(strength);
  const tell = () => {
    const [value, told] = judged(input.value);
    strength.hidden = !input.value;
    meter.value = value;
    word.value = told;
  };
  input.addEventListener("input", tell);
  tell();
}

for (const input of document.querySelectorAll("input[type=password]")) {
  const row = document.createElement("div");
  const button = document.createElement("button");
  row.className = "typed";
  input.replaceWith(row);
  button.type = "button";
  button.className = "quiet";
  row.append(input, button);
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", shown ? "Hide what is typed" : "Show what is typed");
    button.setAttribute("aria-pressed", String(shown));
  };
  button.addEventListener("click", () => show(input.type === "password"));
  input.form?.addEventListener("submit", () => show(false));
  show(false);
  // Not below the one that only repeats it.
  if (input === input.form?.querySelector("[autocomplete=new-password]")) withMeter(input, row);
}
