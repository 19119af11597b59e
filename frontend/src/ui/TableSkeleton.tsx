import { Skeleton, Stack } from "@mantine/core";

export function TableSkeleton({ rows }: { rows: number }) {
  return (
    <Stack gap={10} aria-hidden="true">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <Skeleton key={index} height={28} />
      ))}
    </Stack>
  );
}
