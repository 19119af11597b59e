import { Skeleton, Stack } from "@mantine/core";

export function TableSkeleton({ rows }: { rows: number }) {
  return (
    <Stack gap={10} aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => `row ${row}`).map((row) => (
        <Skeleton key={row} height={28} />
      ))}
    </Stack>
  );
}
