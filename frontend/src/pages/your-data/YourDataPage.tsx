import { Button } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { meQuery } from "../../api/queries";
import { counted } from "../../ui/numbers";
import frame from "../../ui/Page.module.css";
import { Section } from "../Section";
import section from "../Section.module.css";
import { AskForm } from "./AskForm";
import { Held } from "./Held";
import { KINDS, type Kind, whenOf } from "./names";
import { OwnRequests } from "./OwnRequests";
import { yourDataQuery } from "./queries";
import { Told } from "./Told";
import classes from "./yourData.module.css";

const route = getRouteApi("/your-data");
const ACTS: Record<Kind, string> = {
  access: "Ask for a copy …",
  rectification: "Ask for a correction …",
  objection: "Object …",
  erasure: "Ask for erasure …",
};
const ORDER: Kind[] = ["access", "rectification", "objection", "erasure"];

/** What is held about whoever is signed in, and what they can ask for. */
export default function YourDataPage() {
  const { data: me } = useSuspenseQuery(meQuery);
  const { ask } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(yourDataQuery);
  const [told, setTold] = useState("");
  const buttons = useRef<HTMLDivElement>(null);
  const choose = (to: Kind | undefined) =>
    void navigate({ search: { ask: to }, replace: true, resetScroll: false });
  const timeZone = me.organisation.time_zone;
  return (
    <div className={frame.page}>
      <header className={frame.head}>
        <h1 className={frame.title}>Your data</h1>
        <p className={frame.scope}>What is held about you here, and what you can ask for</p>
      </header>
      <div className={frame.content}>
        <Section
          title="Your requests"
          query={query}
          about={() => "Each is answered within a month. An administrator may extend that once."}
          tools={
            <div ref={buttons} className={`${classes.acts} no-print`}>
              {ORDER.map((kind) => (
                <Button
                  key={kind}
                  size="xs"
                  variant="default"
                  onClick={() => {
                    setTold("");
                    choose(kind);
                  }}
                >
                  {ACTS[kind]}
                </Button>
              ))}
            </div>
          }
        >
          {({ requests }) => (
            <>
              {ask && (
                <div className={classes.form}>
                  <AskForm
                    key={ask}
                    kind={ask}
                    onDone={(made) => {
                      choose(undefined);
                      setTold(
                        `You asked: ${KINDS[made.kind].toLowerCase()}, ${whenOf(made, timeZone)}.`,
                      );
                    }}
                    onCancel={() => {
                      choose(undefined);
                      buttons.current?.querySelectorAll("button")[ORDER.indexOf(ask)]?.focus();
                    }}
                  />
                </div>
              )}
              <Told text={told} />
              {requests.length === 0 ? (
                <p className={section.none}>You have asked for nothing yet.</p>
              ) : (
                <OwnRequests
                  of={requests}
                  timeZone={timeZone}
                  onWithdrawn={(one) => setTold(`Withdrawn: ${KINDS[one.kind].toLowerCase()}.`)}
                />
              )}
            </>
          )}
        </Section>
        <Section
          title="What is held about you"
          query={query}
          about={({ categories, linked }) =>
            `${counted(
              categories.reduce((sum, { rows }) => sum + rows, 0),
              "row",
            )}. No source code, no descriptions and no comments are held of anybody.${
              linked
                ? ""
                : " Your account is linked to nobody in the figures: if you work in GitHub or Jira, ask an administrator to link it."
            }`
          }
        >
          {({ categories }) => <Held of={categories} caption="What is held about you" />}
        </Section>
      </div>
    </div>
  );
}
