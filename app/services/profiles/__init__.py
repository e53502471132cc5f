"""What is known of the people who write: learnt from their conversations, shown, put right by people of the company."""
