import { Message } from "../../../ui/Message";

export default function RetentionPart() {
  return (
    <Message title="Retention">
      <p>Being built.</p>
    </Message>
  );
}
