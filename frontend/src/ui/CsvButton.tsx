import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";

/** Takes all rows of a table along. */
export function CsvButton({ href }: { href: string }) {
  return (
    <Button
      component="a"
      href={href}
      variant="default"
      size="xs"
      leftSection={<IconDownload size={14} stroke={1.6} aria-hidden />}
    >
      CSV
    </Button>
  );
}
