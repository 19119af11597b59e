import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";

const TYPING_MS = 300;

/** Searches once the typing has stopped; the text without what surrounds it. */
export function SearchField({
  value,
  label,
  placeholder,
  labelled = false,
  className,
  onSearch,
}: {
  value: string;
  label: string;
  placeholder: string;
  /** The label stands above it, as where it is one of several fields. */
  labelled?: boolean;
  className?: string | undefined;
  onSearch: (text: string) => void;
}) {
  const [text, setText] = useState(value);
  const search = useDebouncedCallback(onSearch, TYPING_MS);
  return (
    <TextInput
      {...(labelled ? { label } : { size: "xs", "aria-label": label })}
      type="search"
      className={className}
      placeholder={placeholder}
      leftSection={<IconSearch size={14} stroke={1.6} aria-hidden />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value.trim());
      }}
    />
  );
}
