"""What hears voice messages: any server that speaks OpenAI's API for transcriptions. Only this room asks it."""
