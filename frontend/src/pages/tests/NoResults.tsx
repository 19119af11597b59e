import { Button } from "@mantine/core";
import type { Me } from "../../api/types";
import { Message } from "../../ui/Message";
import { ScrollRegion } from "../../ui/ScrollRegion";
import classes from "./Table.module.css";

/** No report of tests has come: why, and how one is sent. */
export function NoResults({ reason, me }: { reason: string; me: Me }) {
  const { admin, docs } = me.links;
  const steps = (
    <>
      {docs && (
        <Button component="a" href={docs} variant="default" size="xs">
          How to send them
        </Button>
      )}
      {admin && (
        <Button component="a" href={`${admin}delivery/ingesttoken/add/`} size="xs">
          Make a token
        </Button>
      )}
    </>
  );
  return (
    <Message title="Nothing is known of single tests here" step={steps}>
      <p>{reason}</p>
      <p>A step at the end of a workflow's job sends its JUnit report:</p>
      <ScrollRegion label="A command that sends a report" className={classes.example}>
        <code>
          {`curl --fail --data-binary @junit.xml \\
  -H "Authorization: Bearer $PLUMBLINE_TOKEN" \\
  "${window.location.origin}/api/v1/test-results?sha=$GITHUB_SHA"`}
        </code>
      </ScrollRegion>
    </Message>
  );
}
