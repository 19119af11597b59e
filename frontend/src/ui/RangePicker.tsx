import { Button, Input, Popover, SegmentedControl, Skeleton } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { lazy, Suspense, useId, useState } from "react";
import { dayRange } from "./dates";
import { counted } from "./numbers";
import classes from "./RangePicker.module.css";

const RangeCalendar = lazy(() => import("./RangeCalendar"));

export type Range = { from: string; to: string };

/** A half-open range of days: the last so many days, or any other from the calendar. */
export function RangePicker<Days extends number>({
  presets,
  preset,
  range,
  today,
  onPreset,
  onRange,
}: {
  presets: readonly Days[];
  /** Null: the range is the viewer's own. */
  preset: Days | null;
  range: Range;
  today: string;
  onPreset: (days: Days) => void;
  onRange: (range: Range) => void;
}) {
  const [open, setOpen] = useState(false);
  const labelId = useId();
  return (
    <Input.Wrapper label="Range" labelElement="div" labelProps={{ id: labelId }}>
      <fieldset className={classes.row} aria-labelledby={labelId}>
        <SegmentedControl
          aria-label="Range in days"
          data={presets.map((days) => ({ value: String(days), label: counted(days, "day") }))}
          value={preset === null ? "" : String(preset)}
          onChange={(value) => {
            const days = presets.find((candidate) => String(candidate) === value);
            if (days !== undefined) onPreset(days);
          }}
          transitionDuration={0}
          classNames={{ root: classes.presets }}
        />
        <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus returnFocus>
          <Popover.Target>
            <Button
              variant="default"
              className={classes.dates}
              data-chosen={preset === null || undefined}
              leftSection={<IconCalendar size={16} stroke={1.6} aria-hidden />}
              onClick={() => setOpen(!open)}
            >
              {dayRange(range.from, range.to)}
            </Button>
          </Popover.Target>
          <Popover.Dropdown>
            <Suspense fallback={<Skeleton width={280} height={300} />}>
              <RangeCalendar
                range={range}
                today={today}
                onChoose={(chosen) => {
                  setOpen(false);
                  onRange(chosen);
                }}
              />
            </Suspense>
          </Popover.Dropdown>
        </Popover>
      </fieldset>
    </Input.Wrapper>
  );
}
