import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Message } from "../ui/Message";

export function NotFoundPage() {
  return (
    <Message
      wholePage
      title="There is no such page"
      step={
        <Button component={Link} to="/pull-requests">
          Pull requests
        </Button>
      }
    >
      <p>The address may be mistyped, or the page may have moved.</p>
    </Message>
  );
}
