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

/** Mantine's dark surfaces, in the blue-grey of the tokens. */
const dark: MantineColorsTuple = [
  "#e7eaee",
  "#c8ced6",
  "#a0aab7",
  "#6d7786",
  "#3a4453",
  "#2a313c",
  "#1f2630",
  "#181d25",
  "#11151b",
  "#0c0f14",
];

export const theme = createTheme({
  primaryColor: "ink",
  primaryShade: { light: 7, dark: 6 },
  colors: { ink, dark },
  defaultRadius: "sm",
  fontFamily:
    '-apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, Cantarell, "Liberation Sans", Arial, sans-serif',
  headings: { fontWeight: "600" },
  focusRing: "auto",
  cursorType: "pointer",
  components: {
    Anchor: { defaultProps: { underline: "always" } },
    Select: { defaultProps: { comboboxProps: { transitionProps: { duration: 0 } } } },
  },
});
