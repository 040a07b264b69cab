import type { Message } from '@neurobloom/pact';
import { z } from 'zod';

/** A message, as tools serve it. */
export const messageOutput = z.object({
  id: z.string(),
  role: z.string(),
  name: z.string().optional().describe('The speaker, when there are several of one role.'),
  content: z.string(),
  timestamp: z.string(),
  emotion: z.string().optional(),
});

export const toMessage = ({ id, role, name, content, timestamp, emotionalMetadata }: Message) => ({
  id,
  role,
  ...(name !== undefined && { name }),
  content,
  timestamp,
  ...(emotionalMetadata && { emotion: emotionalMetadata.detectedEmotion }),
});
