import "@mantine/dates/styles.css";
import { DatePicker } from "@mantine/dates";
import { useState } from "react";
import { addDays } from "./dates";
import type { Range } from "./RangePicker";

/** Both ends of the calendar's range are included; the range handed on is half-open. */
export default function RangeCalendar({
  range,
  today,
  onChoose,
}: {
  range: Range;
  today: string;
  onChoose: (range: Range) => void;
}) {
  const [days, setDays] = useState<[string | null, string | null]>([
    range.from,
    addDays(range.to, -1),
  ]);
  return (
    <DatePicker
      type="range"
      value={days}
      onChange={(chosen) => {
        setDays(chosen);
        const [first, last] = chosen;
        if (first !== null && last !== null) onChoose({ from: first, to: addDays(last, 1) });
      }}
      defaultDate={addDays(range.to, -1)}
      maxDate={today}
      allowSingleDateInRange
      firstDayOfWeek={1}
      weekendDays={[]}
      hideOutsideDates
      getDayProps={(day) => (day === today ? { "aria-current": "date" } : {})}
      ariaLabels={{ previousMonth: "Month before", nextMonth: "Month after" }}
    />
  );
}
