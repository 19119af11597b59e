import { Skeleton, Stack } from "@mantine/core";

export function PageSkeleton() {
  return (
    <Stack role="status" aria-label="Loading the figures">
      <Skeleton height={196} radius="md" />
      <Skeleton height={380} radius="md" />
      <Skeleton height={400} radius="md" />
    </Stack>
  );
}
