import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";

/** Takes all rows of a table along: what is asked for, without its pages. */
export function CsvButton({
  address,
  asked,
  format = "CSV",
}: {
  address: string;
  asked: Record<string, unknown>;
  format?: "CSV" | "JSON" | "JSON lines";
}) {
  const { page: _, page_size: __, ...rest } = asked;
  const said = Object.entries(rest).map(([name, value]) => [name, String(value)]);
  return (
    <Button
      component="a"
      href={`${address}?${new URLSearchParams(said)}`}
      variant="default"
      size="xs"
      leftSection={<IconDownload size={14} stroke={1.6} aria-hidden />}
    >
      {format}
    </Button>
  );
}
