import { Radio, Stack } from "@mantine/core";
import { MODES, type Mode } from "./names";

/** How somebody is erased, and what stays. */
export function ModeChoice({ value, onChange }: { value: Mode; onChange: (mode: Mode) => void }) {
  return (
    <Radio.Group
      label="How"
      value={value}
      onChange={(to) => onChange(to === "remove" ? "remove" : "pseudonymise")}
    >
      <Stack gap={10} mt={6}>
        {(["pseudonymise", "remove"] as const).map((mode) => (
          <Radio key={mode} value={mode} label={MODES[mode].name} description={MODES[mode].means} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
