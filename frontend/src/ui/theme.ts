import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** Ink blue: the one colour of things that can be acted on. */
const ink: MantineColorsTuple = [
  "#eef4fa",
  "#dbe7f2",
  "#b7cfe5",
  "#90b5d7",
  "#6a9bc8",
  "#4a83b6",
  "#2f6a9f",
  "#27598a",
  "#204a73",
  "#183857",
];

export const theme = createTheme({
  primaryColor: "ink",
  primaryShade: { light: 7, dark: 4 },
  colors: { ink },
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: "sm",
  fontFamily:
    '-apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, Cantarell, "Liberation Sans", Arial, sans-serif',
  headings: { fontWeight: "600" },
  focusRing: "auto",
  cursorType: "pointer",
});
