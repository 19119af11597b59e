import { Anchor, Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { counted } from "../../../ui/numbers";
import { Section } from "../../Section";
import classes from "./inventory.module.css";
import { documentsQuery } from "./queries";

const FORMS = [
  { form: "pdf", name: "PDF" },
  { form: "md", name: "Markdown" },
] as const;

/** Documents on data protection, filled from what is configured, and what of them is still missing. */
export function DocumentsView() {
  const query = useQuery(documentsQuery);
  return (
    <Section
      title="Documents"
      query={query}
      about={() =>
        "Filled from this inventory, the connections and identity providers, and what an owner entered. Drafts: have a lawyer review them."
      }
    >
      {({ documents, blanks, place }) => (
        <>
          <ul className={classes.documents}>
            {documents.map(({ key, name, says }) => (
              <li key={key}>
                <div>
                  <h3 className={classes.document}>{name}</h3>
                  <p className={classes.told}>{says}</p>
                </div>
                <Group gap={8} wrap="nowrap">
                  {FORMS.map(({ form, name: told }) => (
                    <Button
                      key={form}
                      component="a"
                      href={`/api/v1/inventory/documents/${key}/${form}`}
                      variant="default"
                      size="xs"
                      aria-label={`${name} as ${told}`}
                    >
                      {told}
                    </Button>
                  ))}
                </Group>
              </li>
            ))}
          </ul>
          {blanks.length > 0 ? (
            <section aria-label="Still to be filled in">
              <h3 className={classes.area}>
                {counted(blanks.length, "thing is", "things are")} still to be filled in
              </h3>
              <p className={classes.told}>
                The documents mark them. An owner fills them in under{" "}
                <Anchor href={place} inherit>
                  Administration, Data protection
                </Anchor>
                .
              </p>
              <dl className={classes.list}>
                {blanks.map(({ label, help }) => (
                  <div key={label}>
                    <dt>{label.charAt(0).toUpperCase() + label.slice(1)}</dt>
                    <dd>{help || "–"}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ) : (
            <p className={classes.told}>
              Everything is filled in. An owner changes it under{" "}
              <Anchor href={place} inherit>
                Administration, Data protection
              </Anchor>
              .
            </p>
          )}
        </>
      )}
    </Section>
  );
}
