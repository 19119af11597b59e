import { Box } from "@mantine/core";
import type { ReactNode } from "react";

/** What may be wider or longer than its place. It has a name and a place in the tab order: keys scroll it as well. */
export function ScrollRegion({
  label,
  className,
  children,
}: {
  label: string;
  className: string | undefined;
  children: ReactNode;
}) {
  return (
    <Box component="section" className={className} aria-label={label} tabIndex={0}>
      {children}
    </Box>
  );
}
