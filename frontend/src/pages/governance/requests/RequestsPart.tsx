import { Message } from "../../../ui/Message";

export default function RequestsPart() {
  return (
    <Message title="Requests of people">
      <p>Being built.</p>
    </Message>
  );
}
