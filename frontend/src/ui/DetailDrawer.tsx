import { Button, Drawer, Skeleton, Stack } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./DetailDrawer.module.css";

/** What is known of one thing, over the right edge of the page that lists it.
 *
 * Its content takes the classes of title, where, total, soft and foot from this module's styles.
 */
export function DetailDrawer({
  title,
  width,
  onClose,
  children,
}: {
  title: string;
  width: number;
  onClose: () => void;
  /** Absent: it is closed. */
  children: ReactNode;
}) {
  return (
    <Drawer
      opened={Boolean(children)}
      onClose={onClose}
      position="right"
      size={width}
      title={title}
      closeButtonProps={{ "aria-label": "Close", size: 28 }}
      transitionProps={{ duration: 120 }}
      classNames={{ title: classes.drawerTitle, body: classes.body }}
    >
      {children}
    </Drawer>
  );
}

export function DetailSkeleton() {
  return (
    <Stack>
      <Skeleton height={28} />
      <Skeleton height={120} />
      <Skeleton height={240} />
    </Stack>
  );
}

/** What matters most of it, and beside that the link to where it comes from. */
export function DetailFacts({
  href,
  link,
  children,
}: {
  href: string | null;
  link: string;
  children: ReactNode;
}) {
  return (
    <div className={classes.facts}>
      <div>{children}</div>
      {href && (
        <Button
          component="a"
          href={href}
          target="_blank"
          rel="noreferrer"
          variant="default"
          size="xs"
          rightSection={<IconExternalLink size={14} stroke={1.6} aria-hidden />}
        >
          {link}
        </Button>
      )}
    </div>
  );
}

export function DetailSection({
  title,
  count,
  tool,
  children,
}: {
  title: string;
  count?: string | null;
  /** What changes it. */
  tool?: ReactNode;
  children: ReactNode;
}) {
  const heading = (
    <h3 className={classes.heading}>
      {title} {count && <span className={classes.soft}>{count}</span>}
    </h3>
  );
  return (
    <section className={classes.section}>
      {tool ? (
        <div className={classes.head}>
          {heading}
          {tool}
        </div>
      ) : (
        heading
      )}
      {children}
    </section>
  );
}
